//! One device.

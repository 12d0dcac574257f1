//! Reading the fleet.

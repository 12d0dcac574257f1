//! What the homes show.

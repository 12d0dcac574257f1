//! Firmware (product §3): versions, artifacts, which device may take which, the protocol that devices follow
//! (`server/docs/firmware.md`), and when an installation has succeeded.

pub mod artifact;
pub mod compatible;
pub mod desired;
pub mod install;
pub mod link;
pub mod path;
pub mod progress;
pub mod version;

pub use artifact::{Artifact, ArtifactId, ArtifactState, BadArtifact, NewArtifact, Signature};
pub use compatible::{Incompatible, compatible};
pub use desired::desired;
pub use install::{Baseline, Install, InstallFailure, Rule, Standing};
pub use link::{BadLink, Link};
pub use path::{NoPath, Step, cycle, next_step, whole_path};
pub use progress::{Phase, Progress, Update, progress};
pub use version::{BadVersion, Version};

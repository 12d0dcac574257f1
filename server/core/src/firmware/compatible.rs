//! Which device may take which artifact.

use super::artifact::Artifact;
use super::version::Version;

/// Why a device cannot take an artifact.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Incompatible {
    /// Nobody knows what the device is.
    #[error(
        "the device has no model (neither modelId nor tags.model), and {artifact} is for {models}"
    )]
    NoModel {
        /// Product and version.
        artifact: String,
        /// The models it is for.
        models: String,
    },
    /// It is for other devices.
    #[error("the model {model} is not among those of {artifact}: {models}")]
    Model {
        /// What the device is.
        model: String,
        /// Product and version.
        artifact: String,
        /// The models it is for.
        models: String,
    },
    /// Nobody knows what the device runs.
    #[error(
        "the device has not reported firmware.version, and {artifact} can be installed only {range}"
    )]
    NoVersion {
        /// Product and version.
        artifact: String,
        /// The versions it can be installed on.
        range: String,
    },
    /// It cannot be installed on what runs.
    #[error("the device runs {current}, and {artifact} can be installed only {range}")]
    Version {
        /// What the device runs.
        current: String,
        /// Product and version.
        artifact: String,
        /// The versions it can be installed on.
        range: String,
    },
    /// Nobody gets it any more.
    #[error("{artifact} was withdrawn")]
    Withdrawn {
        /// Product and version.
        artifact: String,
    },
}

/// Whether a device may take the artifact as it is now. `models` are the names under which the device's model is known
/// (`modelId`, `tags.model`): one that fits is enough. Versions to pass are another question: [`super::next_step`].
pub fn compatible(
    models: &[&str],
    current: Option<&Version>,
    artifact: &Artifact,
) -> Result<(), Incompatible> {
    let name = || artifact.to_string();
    if !artifact.is_available() {
        return Err(Incompatible::Withdrawn { artifact: name() });
    }
    fits_model(models, artifact)?;
    let about = &artifact.about;
    if about.from.is_none() && about.until.is_none() {
        return Ok(());
    }
    let Some(current) = current else {
        return Err(Incompatible::NoVersion {
            artifact: name(),
            range: range(artifact),
        });
    };
    let too_old = about.from.as_ref().is_some_and(|from| current < from);
    let too_new = about.until.as_ref().is_some_and(|until| current >= until);
    if too_old || too_new {
        return Err(Incompatible::Version {
            current: current.to_string(),
            artifact: name(),
            range: range(artifact),
        });
    }
    Ok(())
}

/// The part of [`compatible`] that is about models.
pub(super) fn fits_model(models: &[&str], artifact: &Artifact) -> Result<(), Incompatible> {
    let wanted = &artifact.about.models;
    let fits = |pattern: &String| {
        let exact = models.contains(&pattern.as_str());
        let prefix = pattern.strip_suffix('*');
        exact || prefix.is_some_and(|prefix| models.iter().any(|model| model.starts_with(prefix)))
    };
    if wanted.is_empty() || wanted.iter().any(fits) {
        return Ok(());
    }
    let (artifact, wanted) = (artifact.to_string(), wanted.join(", "));
    Err(match models.first() {
        None => Incompatible::NoModel {
            artifact,
            models: wanted,
        },
        Some(model) => Incompatible::Model {
            model: (*model).to_owned(),
            artifact,
            models: wanted,
        },
    })
}

/// The versions it can be installed on, in words that follow "only".
fn range(artifact: &Artifact) -> String {
    let about = &artifact.about;
    match (&about.from, &about.until) {
        (Some(from), Some(until)) => format!("on versions from {from} and before {until}"),
        (Some(from), None) => format!("on versions from {from}"),
        (None, Some(until)) => format!("on versions before {until}"),
        (None, None) => "on any version".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]
    use super::super::path::tests::artifact;
    use super::*;
    use crate::firmware::ArtifactState;

    #[test]
    fn devices_are_judged_by_model_and_version() {
        let mut new = artifact("4.4.0", &[]);
        new.about.models = vec!["CT-200".into(), "CT-3*".into()];
        new.about.from = Some(Version::new("4.2").unwrap());
        new.about.until = Some(Version::new("4.4.0").unwrap());
        let check = |models: &[&str], current: Option<&str>, want: Option<&str>| {
            let current = current.map(|text| Version::new(text).unwrap());
            let told = compatible(models, current.as_ref(), &new)
                .err()
                .map(|error| error.to_string());
            assert_eq!(told.as_deref(), want, "{models:?} {current:?}");
        };
        check(&["CT-200"], Some("4.2.1"), None);
        check(&["dtmi:x;1", "CT-310"], Some("4.2"), None);
        check(
            &["CT-20"],
            Some("4.2.1"),
            Some("the model CT-20 is not among those of Sensor 4.4.0: CT-200, CT-3*"),
        );
        check(
            &[],
            Some("4.2.1"),
            Some(
                "the device has no model (neither modelId nor tags.model), and Sensor 4.4.0 is for CT-200, CT-3*",
            ),
        );
        let range = "can be installed only on versions from 4.2 and before 4.4.0";
        for (current, want) in [
            (
                Some("4.1.7"),
                format!("the device runs 4.1.7, and Sensor 4.4.0 {range}"),
            ),
            (
                Some("4.4"),
                format!("the device runs 4.4, and Sensor 4.4.0 {range}"),
            ),
            (
                None,
                format!("the device has not reported firmware.version, and Sensor 4.4.0 {range}"),
            ),
        ] {
            check(&["CT-200"], current, Some(&want));
        }
        new.state = ArtifactState::Withdrawn;
        let told = compatible(&["CT-200"], None, &new).unwrap_err().to_string();
        assert_eq!(told, "Sensor 4.4.0 was withdrawn");
    }

    #[test]
    fn what_asks_for_nothing_fits_everything() {
        assert_eq!(compatible(&[], None, &artifact("1", &[])), Ok(()));
    }
}

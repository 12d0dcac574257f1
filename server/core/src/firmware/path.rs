//! The way to a version: some versions must be passed first, because they change what later ones rely on.

use std::collections::HashSet;

use super::artifact::{Artifact, ArtifactId};
use super::compatible::{Incompatible, compatible, fits_model};
use super::version::Version;

/// What a device installs next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step<'a> {
    /// It runs the version already.
    Nothing,
    /// This one, which may be the target or one to pass.
    Install(&'a Artifact),
}

/// Why a device cannot come to a version.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NoPath {
    /// The artifact that would be next is not for the device.
    #[error(transparent)]
    Incompatible(#[from] Incompatible),
    /// The versions to pass lead in a circle.
    #[error("the versions to pass lead in a circle: {}; change what one of them must pass", .0.join(" → "))]
    Cycle(Vec<String>),
    /// There is no artifact of a version to pass.
    #[error(
        "{artifact} can be reached only through {missing}, and there is no available artifact of that version for the device; add it first"
    )]
    DeadEnd {
        /// What asks for it.
        artifact: String,
        /// The version that is missing.
        missing: String,
    },
    /// Nobody knows what the device runs, so nobody knows what it has passed.
    #[error(
        "the device has not reported firmware.version, and {artifact} can be reached only through other versions"
    )]
    UnknownVersion {
        /// The target.
        artifact: String,
    },
}

/// What a device installs next on its way to `target`: the lowest version to pass that is above what it runs, and before
/// that what that one must pass; the target itself when nothing is left to pass. `artifacts` are those to choose from.
pub fn next_step<'a>(
    models: &[&str],
    current: Option<&Version>,
    target: &'a Artifact,
    artifacts: &'a [Artifact],
) -> Result<Step<'a>, NoPath> {
    if current == Some(&target.about.version) {
        return Ok(Step::Nothing);
    }
    let mut chain: Vec<&Artifact> = vec![target];
    loop {
        let asking = chain[chain.len() - 1];
        let must_pass = &asking.about.must_pass;
        if !must_pass.is_empty() && current.is_none() {
            let artifact = target.to_string();
            return Err(NoPath::UnknownVersion { artifact });
        }
        let ahead = |version: &&Version| current.is_some_and(|current| current < *version);
        let Some(missing) = must_pass.iter().filter(ahead).min() else {
            compatible(models, current, asking)?;
            return Ok(Step::Install(asking));
        };
        let Some(next) = named(missing, asking, artifacts, models) else {
            return Err(NoPath::DeadEnd {
                artifact: asking.to_string(),
                missing: missing.to_string(),
            });
        };
        let again = |one: &&Artifact| one.about.version == next.about.version;
        let round = chain.iter().any(again);
        chain.push(next);
        if round {
            return Err(NoPath::Cycle(versions(&chain)));
        }
    }
}

/// All that a device installs on its way to `target`, in order; refused when the way ends somewhere else. Each step goes
/// to a version above the one before or to the target, so that it ends.
pub fn whole_path<'a>(
    models: &[&str],
    current: Option<&Version>,
    target: &'a Artifact,
    artifacts: &'a [Artifact],
) -> Result<Vec<&'a Artifact>, NoPath> {
    let mut path = Vec::new();
    let mut current = current.cloned();
    while let Step::Install(next) = next_step(models, current.as_ref(), target, artifacts)? {
        path.push(next);
        current = Some(next.about.version.clone());
    }
    Ok(path)
}

/// The circle in which the versions to pass of this artifact lead, if they do: refused when it is added, for a device low
/// enough would go round in it.
pub fn cycle(new: &Artifact, artifacts: &[Artifact]) -> Option<NoPath> {
    fn walk<'a>(
        chain: &mut Vec<&'a Artifact>,
        seen: &mut HashSet<ArtifactId>,
        new: &'a Artifact,
        artifacts: &'a [Artifact],
    ) -> bool {
        let asking = chain[chain.len() - 1];
        for version in &asking.about.must_pass {
            let known = artifacts.iter().chain([new]);
            for next in known.filter(|one| is_version(one, version, asking)) {
                chain.push(next);
                // A circle that leaves the new one out was there before; nothing here can mend it.
                if next.id == new.id || (seen.insert(next.id) && walk(chain, seen, new, artifacts))
                {
                    return true;
                }
                chain.pop();
            }
        }
        false
    }
    let mut chain = vec![new];
    walk(&mut chain, &mut HashSet::new(), new, artifacts).then(|| NoPath::Cycle(versions(&chain)))
}

/// The available artifact of this version for the models.
fn named<'a>(
    version: &Version,
    asking: &Artifact,
    artifacts: &'a [Artifact],
    models: &[&str],
) -> Option<&'a Artifact> {
    artifacts.iter().find(|one| {
        is_version(one, version, asking) && one.is_available() && fits_model(models, one).is_ok()
    })
}

fn is_version(one: &Artifact, version: &Version, asking: &Artifact) -> bool {
    one.about.product == asking.about.product && one.about.version == *version
}

fn versions(chain: &[&Artifact]) -> Vec<String> {
    let versions = chain.iter().map(|one| one.about.version.to_string());
    versions.collect()
}

#[cfg(test)]
pub(super) mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]
    use proptest::prelude::*;

    use super::*;
    use crate::firmware::{ArtifactId, ArtifactState, NewArtifact};
    use crate::hash::sha256;
    use crate::time::Timestamp;

    pub(in crate::firmware) fn version(text: &str) -> Version {
        Version::new(text).unwrap()
    }

    pub(in crate::firmware) fn artifact(number: &str, must_pass: &[&str]) -> Artifact {
        Artifact {
            id: ArtifactId::from_hash(sha256(number.as_bytes())),
            size: 1,
            about: NewArtifact {
                must_pass: must_pass.iter().map(|text| version(text)).collect(),
                ..NewArtifact::plain("Sensor", version(number))
            },
            state: ArtifactState::Available,
            added_at: Timestamp::default(),
            added_by: None,
        }
    }

    fn way(current: &str, target: &str, all: &[Artifact]) -> Result<Vec<String>, String> {
        let target = all
            .iter()
            .find(|one| one.about.version == version(target))
            .unwrap();
        let current = (!current.is_empty()).then(|| version(current));
        whole_path(&["CT"], current.as_ref(), target, all)
            .map(|path| versions(&path))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn versions_to_pass_come_first() {
        let all = [
            artifact("2.0", &[]),
            artifact("3.0", &["2.0"]),
            artifact("3.5", &["2.0"]),
            artifact("4.0", &["3.0"]),
        ];
        let check = |current: &str, target: &str, want: &[&str]| {
            let want: Vec<String> = want.iter().map(|text| (*text).to_owned()).collect();
            assert_eq!(way(current, target, &all), Ok(want), "{current} {target}");
        };
        check("1.0", "4.0", &["2.0", "3.0", "4.0"]);
        check("2.0", "4.0", &["3.0", "4.0"]);
        check("2.5", "3.5", &["3.5"]);
        check("3.2", "4.0", &["4.0"]);
        check("4.0", "4.0.0", &[]);
        check("4.0", "2.0", &["2.0"]);
        check("", "2.0", &["2.0"]);
        assert_eq!(
            way("", "4.0", &all).unwrap_err(),
            "the device has not reported firmware.version, and Sensor 4.0 can be reached only through other versions"
        );
    }

    #[test]
    fn dead_ends_are_told() {
        let mut all = [artifact("2.0", &[]), artifact("4.0", &["2.0", "3.0"])];
        let missing = |version| {
            Err(format!(
                "Sensor 4.0 can be reached only through {version}, and there is no available artifact of that version \
                 for the device; add it first"
            ))
        };
        assert_eq!(way("1.0", "4.0", &all), missing("3.0"));
        all[0].state = ArtifactState::Withdrawn;
        assert_eq!(way("1.0", "4.0", &all), missing("2.0"));
        all[0].state = ArtifactState::Available;
        all[0].about.models = vec!["GW".into()];
        assert_eq!(way("1.0", "4.0", &all), missing("2.0"));
        all[0].about.models.clear();
        all[0].about.from = Some(version("1.5"));
        let told = way("1.0", "4.0", &all).unwrap_err();
        assert_eq!(
            told,
            "the device runs 1.0, and Sensor 2.0 can be installed only on versions from 1.5"
        );
    }

    #[test]
    fn circles_are_told() {
        let all = [
            artifact("2.0", &["3.0"]),
            artifact("3.0", &["2.0"]),
            artifact("4.0", &["3.0"]),
        ];
        let told = way("1.0", "4.0", &all).unwrap_err();
        let want = "the versions to pass lead in a circle: 4.0 → 3.0 → 2.0 → 3.0; change what one of them must pass";
        assert_eq!(told, want);
        assert_eq!(way("3.0", "4.0", &all), Ok(vec!["4.0".to_owned()]));
        let found = cycle(&all[0], &all[1..]).map(|error| error.to_string());
        assert!(found.is_some_and(|text| text.contains("2.0 → 3.0 → 2.0")));
        assert_eq!(cycle(&all[2], &all[..2]), None, "it is not in the circle");
        assert_eq!(cycle(&artifact("5.0", &["9.9"]), &all), None);
    }

    proptest! {
        /// Whatever people say must be passed: the way ends, it begins with what the next step says, and every artifact on
        /// it has passed what it must.
        #[test]
        fn ways_end_and_keep_the_rules(
            must in proptest::collection::vec(proptest::collection::vec(1_u8..8, 0..3), 7),
            from in 0_u8..8,
            to in 0_usize..7,
        ) {
            let all: Vec<Artifact> = must
                .iter()
                .enumerate()
                .map(|(at, must)| {
                    let number = (at + 1).to_string();
                    let must: Vec<String> = must.iter().map(u8::to_string).collect();
                    let must: Vec<&str> = must.iter().map(String::as_str).filter(|v| *v != number).collect();
                    artifact(&number, &must)
                })
                .collect();
            let current = version(&from.to_string());
            match whole_path(&[], Some(&current), &all[to], &all) {
                Ok(path) => {
                    prop_assert!(path.len() <= all.len());
                    let mut runs = current;
                    for step in &path {
                        prop_assert!(step.about.must_pass.iter().all(|must| runs >= *must));
                        runs = step.about.version.clone();
                    }
                    prop_assert_eq!(runs, all[to].about.version.clone());
                }
                Err(NoPath::Cycle(chain)) => {
                    let last = chain.last();
                    prop_assert!(chain[..chain.len() - 1].iter().any(|one| Some(one) == last));
                }
                Err(other) => prop_assert!(false, "{other}"),
            }
        }
    }
}

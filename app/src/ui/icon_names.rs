//! The names in the sprite, in its order.

/// Every symbol that [`super::Icon`] can show.
pub const ICONS: &[&str] = &[
    "i-queue",
    "i-fleet",
    "i-bell",
    "i-plan",
    "i-provision",
    "i-configure",
    "i-monitor",
    "i-retire",
    "i-approve",
    "i-audit",
    "i-reports",
    "i-embed",
    "i-admin",
    "i-search",
    "i-chev-d",
    "i-chev-r",
    "i-chev-l",
    "i-chev-u",
    "i-x",
    "i-plus",
    "i-minus",
    "i-check",
    "i-filter",
    "i-columns",
    "i-sort",
    "i-up",
    "i-down",
    "i-right",
    "i-download",
    "i-upload",
    "i-link",
    "i-copy",
    "i-dots",
    "i-drag",
    "i-pin",
    "i-bookmark",
    "i-eye",
    "i-user",
    "i-users",
    "i-lock",
    "i-key",
    "i-battery",
    "i-battery-low",
    "i-signal",
    "i-cell",
    "i-geofence",
    "i-in-use",
    "i-window",
    "i-calendar",
    "i-thermo",
    "i-gateway",
    "i-meter",
    "i-sensor",
    "i-note",
    "i-pencil",
    "i-external",
    "i-sun",
    "i-moon",
    "i-print",
    "i-comment",
    "i-snooze",
    "i-layers",
    "i-target",
    "i-trend-up",
    "i-trend-down",
    "i-trend-flat",
    "i-help",
    "i-terminal",
    "i-site",
    "i-region",
    "i-refresh",
    "i-undo",
    "i-panel",
    "i-keyboard",
    "i-qr",
    "i-bolt",
    "i-play",
    "i-pause",
    "i-stop",
    "i-tag",
    "i-swap",
    "i-trash",
    "i-box",
    "i-group",
    "i-flag",
    "i-flask",
    "i-handover",
    "i-server",
    "i-mail",
    "i-menu",
    "i-wave",
    "i-person-check",
    "i-install",
    "i-fullscreen",
    "s-ok",
    "s-attention",
    "s-serious",
    "s-critical",
    "s-info",
    "s-neutral",
    "s-waiting",
    "s-asleep",
    "s-overdue",
    "s-silent",
    "s-never",
    "s-running",
    "s-paused",
    "s-stopped",
    "s-failed",
    "s-draft",
    "s-scheduled",
    "s-live",
    "s-stale",
    "s-drift",
    "s-sync",
    "s-blocked",
];

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use std::path::Path;

    #[test]
    fn the_list_is_the_sprite() {
        let sprite = include_str!("../../../public/icons.svg");
        let names: Vec<&str> = sprite
            .split("<symbol id=\"")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap())
            .filter(|name| name.starts_with("i-") || name.starts_with("s-"))
            .collect();
        assert_eq!(names, ICONS);
    }

    /// A misspelt icon is an empty square that no compiler sees.
    #[test]
    fn every_icon_named_in_the_app_exists() {
        fn visit(dir: &Path, missing: &mut Vec<String>) {
            for entry in std::fs::read_dir(dir).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    visit(&path, missing);
                } else if path.extension().is_some_and(|e| e == "rs") {
                    let text = std::fs::read_to_string(&path).unwrap();
                    for quoted in text
                        .split('"')
                        .filter(|q| q.starts_with("i-") || q.starts_with("s-"))
                    {
                        let plain = quoted.len() > 2
                            && !quoted.starts_with("i--")
                            && quoted.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
                        if plain && !ICONS.contains(&quoted) {
                            missing.push(format!("{quoted} in {}", path.display()));
                        }
                    }
                }
            }
        }
        let mut missing = Vec::new();
        visit(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
            &mut missing,
        );
        assert_eq!(missing, [] as [String; 0]);
    }
}

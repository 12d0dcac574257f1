//! A style sheet that nobody imports does nothing, and nobody notices.

use super::{Finding, Repository};

const MAIN: &str = "style/main.css";

/// Every file below `style/` is imported by `main.css`.
pub(super) fn imported(repository: &Repository) -> Vec<Finding> {
    let main = repository.files.iter().find(|file| file.path == MAIN);
    let imports = main.map_or("", |file| &file.text);
    let sheets = repository
        .ending(".css")
        .filter(|file| file.is_in("style/") && file.path != MAIN);
    sheets
        .filter(|file| !imports.contains(&format!("@import \"{}\"", &file.path["style/".len()..])))
        .map(|file| Finding::new(&file.path, 0, "import it in style/main.css, or remove it"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::found;

    #[test]
    fn forgotten_sheets_are_found() {
        let main = (
            "style/main.css",
            "@import \"base.css\";\n@import \"components/pill.css\";",
        );
        let sheets = [
            main,
            ("style/base.css", ""),
            ("style/components/pill.css", ""),
            ("style/pill.css", ""),
        ];
        assert_eq!(found(imported, &sheets), ["style/pill.css:0"]);
    }
}

//! One style sheet out of many: `@import "file.css";` lines are replaced by what the file holds, in order.

use super::BuildError;
use crate::sheet::{Kind, Piece, pieces};
use std::fs;
use std::path::{Path, PathBuf};

/// Reads `main` and everything it imports.
pub(super) fn bundle(main: &Path) -> Result<String, BuildError> {
    let mut seen = Vec::new();
    inline(main, &mut seen)
}

fn inline(path: &Path, seen: &mut Vec<PathBuf>) -> Result<String, BuildError> {
    seen.push(path.to_path_buf());
    let text = fs::read_to_string(path).map_err(BuildError::file("read style sheet", path))?;
    let fault = |(line, problem)| BuildError::Style {
        path: path.to_path_buf(),
        line,
        problem,
    };
    let text = without_comments(&text);
    check_braces(&text).map_err(fault)?;
    check_addresses(&text).map_err(fault)?;

    let mut out = String::new();
    for (index, line) in text.lines().enumerate() {
        let Some(rest) = line.trim().strip_prefix("@import") else {
            out.push_str(line);
            out.push('\n');
            continue;
        };
        let import = Import::parse(rest).ok_or_else(|| {
            fault((
                index + 1,
                r#"write imports as `@import "file.css";` or `@import "file.css" layer(name);`"#
                    .to_owned(),
            ))
        })?;
        let file = path.with_file_name(import.file);
        if seen.contains(&file) {
            return Err(fault((
                index + 1,
                format!("{} is imported a second time", import.file),
            )));
        }
        let content = inline(&file, seen)?;
        out.push_str(&match import.layer {
            Some(layer) => format!("@layer {layer} {{\n{content}}}\n"),
            None => content,
        });
    }
    Ok(out)
}

#[derive(Debug, PartialEq, Eq)]
struct Import<'a> {
    file: &'a str,
    layer: Option<&'a str>,
}

impl<'a> Import<'a> {
    /// Reads what follows `@import`, to the end of the line.
    fn parse(rest: &'a str) -> Option<Self> {
        let rest = rest.trim().strip_suffix(';')?.trim();
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let (file, condition) = rest[1..].split_once(quote)?;
        let layer = match condition.trim() {
            "" => None,
            other => Some(other.strip_prefix("layer(")?.strip_suffix(')')?.trim()),
        };
        Some(Self { file, layer })
    }
}

/// The same lines without comments, so that an import in a comment is none.
fn without_comments(sheet: &str) -> String {
    pieces(sheet)
        .iter()
        .map(|piece| match piece.kind {
            // An empty comment still separates, and the lines keep their numbers.
            Kind::Comment => format!("/**/{}", "\n".repeat(piece.text.matches('\n').count())),
            Kind::Plain | Kind::Verbatim => piece.text.to_owned(),
        })
        .collect::<String>()
        .replace("/**/\n", "\n")
}

/// A brace too few would swallow every file that follows.
fn check_braces(sheet: &str) -> Result<(), (usize, String)> {
    let mut open = Vec::new();
    for Piece { text, line, .. } in pieces(sheet)
        .iter()
        .filter(|piece| piece.kind == Kind::Plain)
    {
        let mut line = *line;
        for c in text.chars() {
            match c {
                '\n' => line += 1,
                '{' => open.push(line),
                '}' => drop(
                    open.pop()
                        .ok_or((line, "this brace closes nothing".to_owned()))?,
                ),
                _ => {}
            }
        }
    }
    open.pop().map_or(Ok(()), |line| {
        Err((line, "this brace is never closed".to_owned()))
    })
}

/// The bundle lives under an address of its own, so relative addresses would lead nowhere.
fn check_addresses(sheet: &str) -> Result<(), (usize, String)> {
    let pieces = pieces(sheet);
    for (index, piece) in pieces
        .iter()
        .enumerate()
        .filter(|(_, piece)| piece.kind == Kind::Verbatim)
    {
        let quoted = index > 0 && pieces[index - 1].text.trim_end().ends_with("url(");
        let Some(address) = piece
            .text
            .strip_prefix("url(")
            .or(quoted.then_some(piece.text))
        else {
            continue;
        };
        let address = address.trim_matches(['"', '\'', ' ', ')']);
        if !["/", "#", "data:"]
            .iter()
            .any(|start| address.starts_with(start))
        {
            return Err((
                piece.line,
                format!(
                    "write url(/{address}) and put the file into public/: `{address}` is relative"
                ),
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

    use super::*;
    use crate::builder::minify::minify;

    fn bundled(files: &[(&str, &str)]) -> Result<String, String> {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in files {
            fs::write(dir.path().join(name), text).unwrap();
        }
        let path = dir.path().display().to_string();
        bundle(&dir.path().join("main.css"))
            .map(|sheet| minify(&sheet))
            .map_err(|problem| problem.to_string().replace(&path, ""))
    }

    #[test]
    fn imports_are_replaced_in_order() {
        let main = "/* @import \"no.css\"; */\n@layer a, b;\n@import \"one.css\";\n@import 'two.css' layer(b);\nc { d: e }";
        let sheet = bundled(&[
            ("main.css", main),
            ("one.css", "@layer a { f { g: h } }"),
            ("two.css", "i { j: k }"),
        ]);
        assert_eq!(
            sheet.unwrap(),
            "@layer a,b;@layer a{f{g:h}}@layer b{i{j:k}}c{d:e}"
        );
    }

    #[test]
    fn files_may_import_too_but_never_in_a_circle() {
        let sheet = bundled(&[
            ("main.css", "@import \"a.css\";"),
            ("a.css", "@import \"b.css\";"),
            ("b.css", "c{}"),
        ]);
        assert_eq!(sheet.unwrap(), "c{}");
        let sheet = bundled(&[
            ("main.css", "@import \"a.css\";"),
            ("a.css", "\n@import \"main.css\";"),
        ]);
        assert_eq!(
            sheet.unwrap_err(),
            "bundle /a.css, line 2: main.css is imported a second time"
        );
    }

    #[test]
    fn what_the_browser_would_ignore_in_silence_is_an_error() {
        let check = |main: &str, expected: &str| {
            let problem = bundled(&[("main.css", main)]).unwrap_err();
            assert!(problem.contains(expected), "{problem}");
        };
        check(
            "\n@import \"missing.css\";",
            "read style sheet /missing.css",
        );
        check("@import \"a.css\" print;", "line 1: write imports as");
        check("a {\n b { c: d }\n", "line 1: this brace is never closed");
        check("a { b: '{' }\n}", "line 2: this brace closes nothing");
        check("/*\n*/ a { b: url(c.svg) }", "line 2: write url(/c.svg)");
        check("a { b: url( \"c.svg\" ) }", "line 1: write url(/c.svg)");
    }

    #[test]
    fn absolute_and_inner_addresses_are_fine() {
        let sheet = "a{b:url(/c.svg);d:url(\"#e\");f:url(data:,g)}";
        assert_eq!(bundled(&[("main.css", sheet)]).unwrap(), sheet);
    }
}

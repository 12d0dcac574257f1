//! Server functions have addresses that people chose: they are routes like any other.

use super::{Finding, Repository};

const HOME: &str = "app/src/rpc";

/// Every server function names its prefix and endpoint, answers compactly, lives in `rpc`, and no two share an
/// address.
pub(super) fn addresses(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut known: Vec<String> = Vec::new();
    for (file, rust) in repository.rust().filter(|(file, _)| file.is_in("app/")) {
        for (at, _) in rust
            .code
            .match_indices("#[server")
            .filter(|(at, found)| ends_word(&rust.code, at + found.len()))
        {
            let arguments = rust.code[at..]
                .find(']')
                .map_or("", |end| &rust.code[at..at + end]);
            if arguments == "#[server(default)" {
                continue; // an attribute of an argument
            }
            let value = |name| Some(at + value_of(arguments, name)?);
            let mut complain = |what: &str| {
                let line = rust.code[..at].matches('\n').count() + 1;
                findings.push(Finding::new(&file.path, line, what));
            };
            if !file.is_in(HOME) {
                complain("server functions live in app/src/rpc");
            }
            let (Some(prefix), Some(endpoint)) = (value("prefix"), value("endpoint")) else {
                complain(
                    "name the address: #[server(prefix = \"/rpc\", endpoint = \"devices/retire\")]",
                );
                continue;
            };
            let literal = |position: usize| {
                let quotes = rust.code[..position].matches('"').count() / 2;
                rust.literals
                    .get(quotes)
                    .map_or("", |literal| literal.text.as_str())
            };
            if !compact(arguments) {
                complain("answers go without field names: output = Compact");
            }
            let address = format!("{}/{}", literal(prefix), literal(endpoint));
            if known.contains(&address) {
                complain("another server function has this address");
            }
            known.push(address);
        }
    }
    findings
}

fn ends_word(code: &str, at: usize) -> bool {
    code[at..].starts_with(['(', ']'])
}

/// Whether the arguments name the encoding of answers.
fn compact(arguments: &str) -> bool {
    let plain: String = arguments.split_whitespace().collect();
    plain
        .split(['(', ',', ')'])
        .any(|part| part == "output=Compact")
}

/// Where the value of `name = "…"` begins in the arguments of an attribute.
fn value_of(arguments: &str, name: &str) -> Option<usize> {
    let at = arguments
        .match_indices(name)
        .find(|(at, _)| arguments[..*at].ends_with(['(', ',', ' ', '\n']))?
        .0;
    let rest = arguments[at + name.len()..].trim_start();
    let value = rest.strip_prefix('=')?.trim_start();
    value
        .starts_with('"')
        .then(|| arguments.len() - value.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::found;

    #[test]
    fn addresses_are_named_and_unique() {
        let complete = r#"#[server(prefix = "/rpc", endpoint = "devices/list", output = Compact)]"#;
        let wrapped = "#[server(\n    prefix = \"/rpc\",\n    endpoint = \"devices/show\",\n    output = Compact,\n)]";
        let half = "\n#[server(prefix = \"/rpc\")]";
        let wordy = "#[server(prefix = \"/rpc\", endpoint = \"devices/find\", input = Compact)]";
        let bare = "#[server]\n#[serverless]\n#[server(default)] a: A\n// #[server]";
        let files = [
            ("app/src/rpc/a.rs", complete),
            ("app/src/rpc/b.rs", wrapped),
            ("app/src/rpc/c.rs", half),
            ("app/src/rpc/d.rs", bare),
            ("app/src/rpc/e.rs", complete),
            ("app/src/rpc/f.rs", wordy),
        ];
        assert_eq!(
            found(addresses, &files),
            [
                "app/src/rpc/c.rs:2",
                "app/src/rpc/d.rs:1",
                "app/src/rpc/e.rs:1",
                "app/src/rpc/f.rs:1"
            ]
        );
    }

    #[test]
    fn server_functions_live_in_one_place() {
        let function = "use a;\n#[server(prefix = \"/rpc\", endpoint = \"x\", output = Compact)]";
        assert_eq!(
            found(addresses, &[("app/src/pages/a.rs", function)]),
            ["app/src/pages/a.rs:2"]
        );
    }
}

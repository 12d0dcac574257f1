//! Small words around numbers.

use super::count;

/// A count with its noun: `1 device`, `48,210 devices`.
pub fn plural(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(n), if n == 1 { one } else { many })
}

/// A count inside a sentence: up to twelve as a word (`nine`), then in digits.
pub fn number_word(n: u64) -> String {
    const WORDS: [&str; 13] = [
        "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
        "eleven", "twelve",
    ];
    usize::try_from(n)
        .ok()
        .and_then(|i| WORDS.get(i))
        .map_or_else(|| count(n), |word| (*word).to_owned())
}

/// Items as a sentence lists them: `a`, `a and b`, `a, b and c`.
pub fn list(items: &[&str]) -> String {
    match items {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [head @ .., last] => format!("{} and {last}", head.join(", ")),
    }
}

/// Starts with a capital and ends with a full stop.
pub fn sentence(text: &str) -> String {
    let mut chars = text.trim().chars();
    let Some(first) = chars.next() else {
        return String::new();
    };
    let rest = chars.as_str();
    let stop = if text.trim_end().ends_with(['.', '?', ':']) {
        ""
    } else {
        "."
    };
    format!("{}{rest}{stop}", first.to_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nouns_follow_the_count() {
        let check = |n, want: &str| assert_eq!(plural(n, "device", "devices"), want);
        check(0, "0 devices");
        check(1, "1 device");
        check(48_210, "48,210 devices");
    }

    #[test]
    fn small_counts_are_words() {
        let check = |n, want: &str| assert_eq!(number_word(n), want);
        check(0, "no");
        check(9, "nine");
        check(12, "twelve");
        check(13, "13");
        check(1300, "1,300");
    }

    #[test]
    fn lists_and_sentences_read_well() {
        assert_eq!(list(&[]), "");
        assert_eq!(list(&["id"]), "id");
        assert_eq!(list(&["id", "status", "tags"]), "id, status and tags");
        assert_eq!(sentence("nine items need you"), "Nine items need you.");
        assert_eq!(sentence("Why?"), "Why?");
        assert_eq!(sentence(" "), "");
    }
}

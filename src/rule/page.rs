//! Rule pages: one Markdown file is a rule's data, its prose and its tests.
//!
//! The first fence is the data block (`toml`), the prose follows, and fences marked `bad`, `good`, `fixed` or `applied`
//! are examples. A rule's name is its file name, its family the folder. Knows the form of pages, and no rule.

use crate::lang;

/// A page, taken apart.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<'t> {
    /// The data block, and the 1-based line that it starts on.
    pub data: &'t str,
    /// Line of the first line of the data block.
    pub data_line: usize,
    /// The heading.
    pub title: &'t str,
    /// All after the data block.
    pub prose: &'t str,
    /// The examples in order.
    pub examples: Vec<Example<'t>>,
}

impl<'t> Page<'t> {
    /// The `bad` examples that have a `fixed` one behind them, with that.
    pub fn pairs(&self) -> impl Iterator<Item = (&Example<'t>, &Example<'t>)> {
        self.examples.windows(2).filter_map(|pair| match pair {
            [bad, fixed] if fixed.kind == ExampleKind::Fixed => Some((bad, fixed)),
            _ => None,
        })
    }

    /// The `bad` examples, each with what fixes make of it, if the page says so.
    pub fn applications(&self) -> impl Iterator<Item = (&Example<'t>, Option<&Example<'t>>)> {
        let bad = self.examples.iter().enumerate().filter(|(_, example)| example.kind == ExampleKind::Bad);
        bad.map(|(at, bad)| {
            let made = self.examples[at + 1..]
                .iter()
                .take_while(|one| matches!(one.kind, ExampleKind::Fixed | ExampleKind::Applied));
            (bad, made.last())
        })
    }
}

/// An example: one file, or several that belong together.
#[derive(Clone, Debug, PartialEq)]
pub struct Example<'t> {
    /// Language, as the fence names it.
    pub language: &'t str,
    /// What it shows.
    pub kind: ExampleKind,
    /// Its files: name (empty for a single unnamed one) and text.
    pub files: Vec<(&'t str, &'t str)>,
    /// 1-based line of its first fence in the page.
    pub line: usize,
}

/// What an example shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExampleKind {
    /// Lines marked `~` are reported, and no others.
    Bad,
    /// Nothing is reported.
    Good,
    /// What the advice makes of the bad example before it; nothing is reported.
    Fixed,
    /// What the fixes make of the bad example before it, where that is not all of the advice.
    Applied,
}

/// Why a page cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct PageError {
    /// 1-based line in the page.
    pub line: usize,
    /// What is wrong and what to do.
    pub message: String,
}

/// Takes a page apart.
pub fn parse(text: &str) -> Result<Page<'_>, PageError> {
    let mut fences = Fences { text, offset: 0, line: 1 };
    let Some(data) = fences.next().filter(|fence| fence.info == "toml") else {
        return Err(PageError { line: 1, message: "a rule page starts with a ```toml block".into() });
    };
    let prose = text[fences.offset..].trim();
    let title = prose.lines().find_map(|line| line.strip_prefix("# ")).unwrap_or("").trim();
    let mut examples: Vec<Example> = Vec::new();
    let mut joins = false;
    for fence in fences {
        let mut words = fence.info.split_whitespace();
        let language = words.next().unwrap_or("");
        let kind = match words.next() {
            Some("bad") => ExampleKind::Bad,
            Some("good") => ExampleKind::Good,
            Some("fixed") => ExampleKind::Fixed,
            Some("applied") => ExampleKind::Applied,
            None => continue,
            Some(word) => {
                let message = format!("`{word}`: an example is `bad`, `good`, `fixed` or `applied`");
                return Err(PageError { line: fence.line, message });
            }
        };
        if !lang::is_known(language) {
            return Err(PageError { line: fence.line, message: format!("`{language}` is not a language of laggard") });
        }
        let name = words.next().unwrap_or("");
        match examples.last_mut() {
            // Named fences that follow each other are the files of one example.
            Some(example)
                if joins
                    && !name.is_empty()
                    && example.kind == kind
                    && !example.files.iter().any(|(own, _)| *own == name) =>
            {
                example.files.push((name, fence.body));
            }
            _ => examples.push(Example { language, kind, files: vec![(name, fence.body)], line: fence.line }),
        }
        joins = !name.is_empty();
    }
    let is_made = |example: &Example| matches!(example.kind, ExampleKind::Fixed | ExampleKind::Applied);
    for (at, fixed) in examples.iter().enumerate().filter(|(_, example)| is_made(example)) {
        // What is applied may stand behind what is fixed.
        let skipped = 1 + usize::from(
            fixed.kind == ExampleKind::Applied && at > 0 && examples[at - 1].kind == ExampleKind::Fixed,
        );
        let before = at.checked_sub(skipped).map(|before| &examples[before]);
        let names = |example: &Example| example.files.iter().map(|(name, _)| (*name).to_owned()).collect::<Vec<_>>();
        let is_made_of = |before: &Example| {
            before.kind == ExampleKind::Bad && before.language == fixed.language && names(before) == names(fixed)
        };
        if !before.is_some_and(is_made_of) {
            let message =
                "a `fixed` or `applied` example stands behind the `bad` one that it is made of, with the same files"
                    .into();
            return Err(PageError { line: fixed.line, message });
        }
    }
    Ok(Page { data: data.body, data_line: data.line + 1, title, prose, examples })
}

struct Fence<'t> {
    info: &'t str,
    body: &'t str,
    line: usize,
}

struct Fences<'t> {
    text: &'t str,
    offset: usize,
    line: usize,
}

impl<'t> Iterator for Fences<'t> {
    type Item = Fence<'t>;

    fn next(&mut self) -> Option<Fence<'t>> {
        let mut open: Option<(&str, usize, usize)> = None;
        while self.offset < self.text.len() {
            let rest = &self.text[self.offset..];
            let end = memchr::memchr(b'\n', rest.as_bytes()).map_or(rest.len(), |at| at + 1);
            let line = &rest[..end];
            let start = self.offset;
            self.offset += end;
            self.line += 1;
            match (line.strip_prefix("```").map(str::trim_end), open) {
                (Some(info), None) => open = Some((info.trim(), self.offset, self.line - 1)),
                (Some(""), Some((info, body, line))) => {
                    return Some(Fence { info, body: &self.text[body..start], line });
                }
                _ => {}
            }
        }
        None
    }
}

/// What a mark in an example says of its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// The line is reported.
    Reported,
    /// The line is reported in the set `likely`, though its rule is in the set `default`.
    Likely,
    /// It ought to be reported, and is not yet.
    Missed,
    /// It is reported, and ought not to be.
    Spurious,
}

/// The mark of a line: `#~`, `//~`, `--~`, `#~ likely`, `#~ missed`, `//~ spurious`, `{#~ missed #}`.
pub fn mark_of(line: &str) -> Option<Mark> {
    let at = ["#~", "//~", "--~"].iter().find_map(|mark| line.rfind(mark))?;
    match line[at..].trim_start_matches(['#', '/', '-', '~']).trim_end_matches(['#', '}']).trim() {
        "" => Some(Mark::Reported),
        "likely" => Some(Mark::Likely),
        "missed" => Some(Mark::Missed),
        "spurious" => Some(Mark::Spurious),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DATA: &str = "```toml\nsummary = \"\"\n```\n\n# Page\n\n";

    #[test]
    fn what_is_fixed_belongs_to_what_is_bad() {
        let page = format!("{DATA}```rust bad\na\n```\n\n```rust fixed\nb\n```\n\n```rust bad\nc\n```\n");
        let page = parse(&page).unwrap();
        let pairs: Vec<(&str, &str)> =
            page.pairs().map(|(bad, fixed)| (bad.files[0].1.trim(), fixed.files[0].1.trim())).collect();
        assert_eq!((page.examples.len(), pairs), (3, vec![("a", "b")]));
    }

    #[test]
    fn what_is_fixed_stands_behind_what_is_bad_with_the_same_files() {
        for examples in [
            "```rust fixed\nb\n```\n",
            "```rust good\na\n```\n\n```rust fixed\nb\n```\n",
            "```python bad\na\n```\n\n```rust fixed\nb\n```\n",
            "```rust bad src/a.rs\na\n```\n\n```rust fixed src/b.rs\nb\n```\n",
        ] {
            assert!(parse(&format!("{DATA}{examples}")).is_err(), "{examples}");
        }
        let several = "```rust bad a.rs\na\n```\n```rust bad b.rs\na\n```\n```rust fixed a.rs\nb\n```\n```rust fixed b.rs\nb\n```\n";
        assert_eq!(parse(&format!("{DATA}{several}")).unwrap().pairs().count(), 1);
    }
}

//! Where a `use` item belongs: among those of the module that it is needed in.

use syn::spanned::Spanned;
use syn::{Item, UseTree};

use super::lexer::{lex, nesting};
use super::{blank_header, positions, refusal, stack_for, with_stack};
use crate::lang::Importing;
use crate::source::Span;

/// A path that is imported: its segments, and the name that it gets.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Path {
    segments: Vec<String>,
    name: String,
}

/// Where this import belongs, for use at a byte of a text.
pub fn import(text: &str, import: &str, at: u32) -> Importing {
    let source = blank_header(text);
    let nesting = nesting(&source, &lex(&source).tokens);
    if refusal(nesting).is_some() {
        return Importing::Taken;
    }
    let wanted = match syn::parse_str::<syn::ItemUse>(import) {
        Ok(wanted) => paths(&wanted.tree),
        Err(_) => return Importing::Taken,
    };
    let [wanted] = &wanted[..] else { return Importing::Taken };
    with_stack(stack_for(nesting), || {
        let Ok(file) = syn::parse_str::<syn::File>(&source) else { return Importing::Taken };
        positions::enter(&source);
        place(text, &file.items, wanted, import, at)
    })
}

fn place(text: &str, items: &[Item], wanted: &Path, import: &str, at: u32) -> Importing {
    for item in items {
        if let Item::Mod(module) = item
            && let Some((_, items)) = &module.content
            && whole(item).contains(Span { start: at, end: at })
        {
            return place(text, items, wanted, import, at);
        }
    }
    let uses: Vec<(&syn::ItemUse, Span)> = items
        .iter()
        .filter_map(|item| match item {
            Item::Use(own) => Some((own, whole(item))),
            _ => None,
        })
        .collect();
    if uses.iter().flat_map(|(own, _)| paths(&own.tree)).any(|own| brings(&own, wanted)) {
        return Importing::Present;
    }
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    if wanted.name != "_" && text.split(|letter| !is_word(letter)).any(|word| word == wanted.name) {
        return Importing::Taken;
    }
    let group = group(text, &uses, wanted);
    let text_of = |span: Span| span.of(text);
    match group.iter().find(|span| text_of(**span) > import) {
        Some(next) => {
            let (start, indent) = line(text, next.start);
            Importing::Missing(start, format!("{indent}{import}\n"))
        }
        None => match group.last() {
            Some(last) => {
                let end = text[last.end as usize..].find('\n').map(|at| last.end as usize + at + 1);
                let indent = line(text, last.start).1;
                end.map_or(Importing::Taken, |end| Importing::Missing(end as u32, format!("{indent}{import}\n")))
            }
            None => match items.first() {
                Some(first) => {
                    let (start, indent) = line(text, whole(first).start);
                    Importing::Missing(start, format!("{indent}{import}\n\n"))
                }
                None => Importing::Taken,
            },
        },
    }
}

/// Does an import bring what is wanted, under whatever name if that does not matter?
fn brings(own: &Path, wanted: &Path) -> bool {
    let is_same = own.segments == wanted.segments && (wanted.name == "_" || own.name == wanted.name);
    let parent = &wanted.segments[..wanted.segments.len() - 1];
    is_same || own.name == "*" && own.segments == parent
}

/// The imports without an empty line between them, where others of the same crate stand, or else the first.
fn group(text: &str, uses: &[(&syn::ItemUse, Span)], wanted: &Path) -> Vec<Span> {
    let mut groups: Vec<Vec<(bool, Span)>> = Vec::new();
    for (own, span) in uses.iter().filter(|(own, _)| own.attrs.is_empty()) {
        let is_kin = paths(&own.tree).iter().any(|path| path.segments.first() == wanted.segments.first());
        let goes_on = groups.last().and_then(|group| group.last()).is_some_and(|(_, last)| {
            let between = text.get(last.end as usize..span.start as usize);
            between.is_some_and(|between| between.trim().is_empty() && between.matches('\n').count() == 1)
        });
        match groups.last_mut().filter(|_| goes_on) {
            Some(group) => group.push((is_kin, *span)),
            None => groups.push(vec![(is_kin, *span)]),
        }
    }
    let at = groups.iter().position(|group| group.iter().any(|(is_kin, _)| *is_kin)).unwrap_or(0);
    groups.get(at).into_iter().flatten().map(|(_, span)| *span).collect()
}

/// The paths that a tree brings.
fn paths(tree: &UseTree) -> Vec<Path> {
    let below = |first: &syn::Ident, paths: Vec<Path>| {
        paths
            .into_iter()
            .map(|mut path| {
                path.segments.insert(0, first.to_string());
                path
            })
            .collect()
    };
    match tree {
        UseTree::Path(path) => below(&path.ident, paths(&path.tree)),
        UseTree::Name(name) => vec![Path { segments: vec![name.ident.to_string()], name: name.ident.to_string() }],
        UseTree::Rename(name) => vec![Path { segments: vec![name.ident.to_string()], name: name.rename.to_string() }],
        UseTree::Glob(_) => vec![Path { segments: Vec::new(), name: "*".into() }],
        UseTree::Group(group) => group.items.iter().flat_map(paths).collect(),
    }
}

/// An item with its attributes and documentation.
fn whole(item: &Item) -> Span {
    positions::at(item.span())
}

/// Where a line starts, and its blanks.
fn line(text: &str, at: u32) -> (u32, &str) {
    let start = text[..at as usize].rfind('\n').map_or(0, |at| at + 1);
    let line = &text[start..at as usize];
    let blanks = &line[..line.len() - line.trim_start().len()];
    (start as u32, blanks)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WRITE: &str = "use std::fmt::Write as _;";

    /// The text with the import in it, for use at `at`.
    fn with(text: &str, at: &str) -> String {
        match import(text, WRITE, text.find(at).expect("a place") as u32) {
            Importing::Missing(at, new) => format!("{}{new}{}", &text[..at as usize], &text[at as usize..]),
            Importing::Present => "present".into(),
            Importing::Taken => "taken".into(),
        }
    }

    #[test]
    fn imports_are_sorted_into_those_of_the_module() {
        assert_eq!(
            with("use other::X;\n\nuse std::path::Path;\n\nfn f() {}\n", "fn f"),
            "use other::X;\n\nuse std::fmt::Write as _;\nuse std::path::Path;\n\nfn f() {}\n"
        );
        assert_eq!(
            with("//! Text.\n\n/// More.\nfn f() {}\n", "fn f"),
            format!("//! Text.\n\n{WRITE}\n\n/// More.\nfn f() {{}}\n")
        );
        assert_eq!(
            with("use std::a;\nmod m {\n    use std::b;\n    fn f() {}\n}\n", "fn f"),
            "use std::a;\nmod m {\n    use std::b;\n    use std::fmt::Write as _;\n    fn f() {}\n}\n"
        );
    }

    #[test]
    fn what_is_there_is_found() {
        for there in ["use std::fmt::Write;", "use std::fmt::{self, Write as W};", "use std::fmt::*;", WRITE] {
            assert_eq!(with(&format!("{there}\nfn f() {{}}\n"), "fn f"), "present", "{there}");
        }
        assert_ne!(with("use std::io::Write;\nfn f() {}\n", "fn f"), "present");
    }
}

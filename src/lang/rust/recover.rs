//! Broken files: finds the items that syn refuses and blanks them out, so that the rest can be parsed.
//!
//! Items are found by their brackets, and where those do not match by indentation. One broken function costs
//! that function; where tree-sitter can tell which of its statements is broken, only that statement.

use std::ops::Range;

use syn::parse::Parser;

use crate::lang::SyntaxError;
use crate::lang::recover::{Grammar, blank_broken_units};
use crate::source::Span;

use super::lexer::{Token, TokenKind, lex, nesting};
use super::{refusal, stack_for, with_stack};

/// Statements, for the search inside a function.
const STATEMENTS: &[&str] = &["let_declaration", "expression_statement", "empty_statement", "macro_invocation"];

/// Modules within modules that are searched; nobody nests them deeper.
const MAXIMAL_DEPTH: usize = 16;

/// So often the end of an item is looked for in all of the text; afterwards only indentation counts, so that
/// text that is no Rust at all takes no quadratic time.
const MAXIMAL_SEARCHES: usize = 64;

/// An item says what it is within so many tokens, attributes included.
const LONGEST_HEAD: usize = 1024;

/// The text with its broken items replaced by spaces, and what was lost.
pub(super) fn blank_broken_items(source: &str) -> (String, Vec<SyntaxError>) {
    let mut recovery = Recovery { rest: source.to_owned(), errors: Vec::new(), depth: 0 };
    recovery.items(0..source.len(), Container::File);
    (recovery.rest, recovery.errors)
}

/// Replaces a range of bytes by spaces; line breaks stay. The range must end at character boundaries.
pub(super) fn blank(text: &mut String, range: Range<usize>) {
    let Some(lost) = text.get(range.clone()) else { return };
    let spaces: String =
        lost.bytes().map(|byte| if matches!(byte, b'\n' | b'\r') { byte as char } else { ' ' }).collect();
    text.replace_range(range, &spaces);
}

/// What items stand in, which decides what they may be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Container {
    File,
    Impl,
    Trait,
}

struct Recovery {
    /// The text, with what is known to be broken blanked.
    rest: String,
    errors: Vec<SyntaxError>,
    /// How many containers the search is inside of.
    depth: usize,
}

impl Recovery {
    /// Blanks the broken items of a range.
    fn items(&mut self, range: Range<usize>, container: Container) {
        let source = self.rest[range.clone()].to_owned();
        for piece in pieces(&source) {
            let whole = range.start + piece.whole.start..range.start + piece.whole.end;
            let item = range.start + piece.item.start..range.start + piece.item.end;
            self.item(whole, item, container);
        }
    }

    fn item(&mut self, whole: Range<usize>, item: Range<usize>, container: Container) {
        let Err(message) = check(&self.rest[whole.clone()], container) else { return };
        if self.members(&item) && check(&self.rest[whole.clone()], container).is_ok() {
            return;
        }
        if self.statements(&whole, container) {
            return;
        }
        let span = Span::new(item.start, item.end);
        // What was lost inside is lost with the whole.
        self.errors.retain(|error| !span.contains(error.span));
        self.errors.push(SyntaxError { span, message });
        blank(&mut self.rest, whole);
    }

    /// Looks into an `impl`, `trait` or `mod`. True if something in it was found to be broken.
    fn members(&mut self, item: &Range<usize>) -> bool {
        let Some((body, container)) = container_body(&self.rest[item.clone()]) else { return false };
        if self.depth == MAXIMAL_DEPTH {
            return false;
        }
        let known = self.errors.len();
        self.depth += 1;
        self.items(item.start + body.start..item.start + body.end, container);
        self.depth -= 1;
        self.errors.len() > known
    }

    /// Blanks only the broken statements of a function, if tree-sitter can tell them.
    fn statements(&mut self, whole: &Range<usize>, container: Container) -> bool {
        let grammar = Grammar { language: tree_sitter_rust::LANGUAGE.into(), units: STATEMENTS, filler: "" };
        let text = &self.rest[whole.clone()];
        if refusal(nesting(text, &lex(text).tokens)).is_some() {
            return false;
        }
        let Some((rest, errors)) = blank_broken_units(text, &grammar) else { return false };
        if rest.len() != text.len() || check(&rest, container).is_err() {
            return false;
        }
        self.rest.replace_range(whole.clone(), &rest);
        self.errors.extend(errors.into_iter().map(|error| SyntaxError {
            span: Span::new(error.span.start as usize + whole.start, error.span.end as usize + whole.start),
            message: error.message,
        }));
        true
    }
}

/// Does syn accept this text? Otherwise, what it says.
fn check(text: &str, container: Container) -> Result<(), String> {
    let nesting = nesting(text, &lex(text).tokens);
    if let Some(refusal) = refusal(nesting) {
        return Err(refusal);
    }
    with_stack(stack_for(nesting), || {
        let result = match container {
            Container::File => syn::parse_str::<syn::File>(text).map(drop),
            Container::Impl => members::<syn::ImplItem>.parse_str(text),
            Container::Trait => members::<syn::TraitItem>.parse_str(text),
        };
        result.map_err(|error| error.to_string())
    })
}

fn members<T: syn::parse::Parse>(input: syn::parse::ParseStream) -> syn::Result<()> {
    input.call(syn::Attribute::parse_inner)?;
    while !input.is_empty() {
        input.parse::<T>()?;
    }
    Ok(())
}

/// A piece of text with one item.
#[derive(Debug, PartialEq, Eq)]
struct Piece {
    /// All of it, with the comments before the item.
    whole: Range<usize>,
    /// From the first token to the last.
    item: Range<usize>,
}

/// Cuts a text into items. Together the pieces cover it.
fn pieces(source: &str) -> Vec<Piece> {
    let lexed = lex(source);
    // An unclosed string swallows the rest: then only the shape of the lines is to be trusted.
    if lexed.unterminated {
        return pieces_by_lines(source);
    }
    let tokens = &lexed.tokens;
    let mut pieces = Vec::new();
    let mut end = 0;
    let mut at = 0;
    let mut failed = 0;
    while at < tokens.len() {
        let next = match (failed < MAXIMAL_SEARCHES).then(|| item_end(source, tokens, at)).flatten() {
            Some(next) => next,
            None => {
                failed += 1;
                item_end_by_indentation(source, tokens, at)
            }
        };
        let next = next.max(at + 1);
        let item = tokens[at].start..tokens[next - 1].end;
        pieces.push(Piece { whole: end..item.end, item: item.clone() });
        end = item.end;
        at = next;
    }
    if source.len() > end {
        // Comments only, but one for documentation is an error without its item.
        pieces.push(Piece { whole: end..source.len(), item: end..source.len() });
    }
    pieces
}

/// The index of the first token after the item that begins at `first`, if its brackets match.
fn item_end(source: &str, tokens: &[Token], first: usize) -> Option<usize> {
    let ends_in_semicolon = ends_in_semicolon(source, &tokens[first..]);
    let mut open: Vec<u8> = Vec::new();
    for (index, token) in tokens.iter().enumerate().skip(first) {
        match token.kind {
            TokenKind::Open => open.push(token.byte(source)),
            TokenKind::Close => {
                let closes = open.iter().rposition(|opener| matching(*opener) == token.byte(source));
                match closes {
                    Some(depth) => open.truncate(depth),
                    None if open.is_empty() => return Some(index + 1),
                    None => {}
                }
                if open.is_empty() && token.byte(source) == b'}' && !ends_in_semicolon {
                    return Some(index + 1);
                }
            }
            TokenKind::Punctuation if open.is_empty() && token.byte(source) == b';' => return Some(index + 1),
            _ => {}
        }
    }
    None
}

/// Where brackets do not match, an item ends where the next one begins, at the same column or left of it.
fn item_end_by_indentation(source: &str, tokens: &[Token], first: usize) -> usize {
    let column = indentation(source, tokens[first].start);
    let mut seen_keyword = false;
    for (index, token) in tokens.iter().enumerate().skip(first) {
        let here = indentation(source, token.start);
        let starts = here.is_some() && here <= column && begins_item(token.text(source));
        if starts && seen_keyword {
            return index;
        }
        seen_keyword |= is_item_keyword(token.text(source));
    }
    tokens.len()
}

/// Pieces that begin at lines whose first word begins an item, at the column of the first such line.
fn pieces_by_lines(source: &str) -> Vec<Piece> {
    let mut starts: Vec<usize> = Vec::new();
    let mut column = None;
    let mut at = 0;
    let mut seen_keyword = true;
    for line in source.split_inclusive('\n') {
        let code = line.trim_start();
        let indented = line.len() - code.len();
        let word_end = code.find(|character: char| character != '_' && !character.is_alphanumeric());
        let word = if code.starts_with('#') { "#" } else { &code[..word_end.unwrap_or(code.len())] };
        if begins_item(word) && column.is_none_or(|column| indented <= column) {
            if seen_keyword {
                starts.push(at);
                seen_keyword = false;
            }
            column.get_or_insert(indented);
        }
        seen_keyword |=
            code.split(|character: char| character != '_' && !character.is_alphanumeric()).any(is_item_keyword);
        at += line.len();
    }
    let mut pieces = Vec::new();
    let mut begin = 0;
    for end in starts.into_iter().skip(1).chain([source.len()]) {
        let text = &source[begin..end];
        let item = begin + text.len() - text.trim_start().len()..begin + text.trim_end().len();
        pieces.push(Piece { whole: begin..end, item: item.start.min(item.end)..item.end });
        begin = end;
    }
    pieces
}

/// How far a token stands from the left, if it is the first of its line.
fn indentation(source: &str, start: usize) -> Option<usize> {
    let line = source[..start].rfind('\n').map_or(0, |at| at + 1);
    let before = &source[line..start];
    before.trim_start().is_empty().then_some(before.len())
}

fn matching(opener: u8) -> u8 {
    match opener {
        b'(' => b')',
        b'[' => b']',
        _ => b'}',
    }
}

/// Words that may begin an item at the start of a line.
fn begins_item(word: &str) -> bool {
    is_item_keyword(word) || matches!(word, "pub" | "async" | "unsafe" | "#" | "default" | "crate")
}

/// Words that say what an item is.
fn is_item_keyword(word: &str) -> bool {
    matches!(
        word,
        "fn" | "struct"
            | "enum"
            | "union"
            | "trait"
            | "impl"
            | "mod"
            | "use"
            | "const"
            | "static"
            | "type"
            | "extern"
            | "macro_rules"
    )
}

/// Does the item end at a semicolon, so that a `}` is only a part of it?
fn ends_in_semicolon(source: &str, tokens: &[Token]) -> bool {
    let mut depth = 0usize;
    let mut words = tokens.iter().take(LONGEST_HEAD).filter(|token| {
        match token.kind {
            TokenKind::Open => depth += 1,
            TokenKind::Close => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && token.kind == TokenKind::Word
    });
    let Some(keyword) = words.find(|word| is_item_keyword(word.text(source))) else { return false };
    let next = words.next().map_or("", |word| word.text(source));
    match keyword.text(source) {
        "use" | "static" | "type" => true,
        "const" => !matches!(next, "fn" | "unsafe" | "async" | "extern"),
        "extern" => next == "crate",
        _ => false,
    }
}

/// The inside of an `impl`, `trait` or `mod`, and which of them it is.
fn container_body(item: &str) -> Option<(Range<usize>, Container)> {
    let tokens = lex(item).tokens;
    let mut depth = 0usize;
    let mut keyword = "";
    for (index, token) in tokens.iter().enumerate() {
        match token.kind {
            TokenKind::Open if depth == 0 && token.byte(item) == b'{' => {
                let container = match keyword {
                    "impl" => Container::Impl,
                    "trait" => Container::Trait,
                    "mod" => Container::File,
                    _ => return None,
                };
                let last = tokens[index + 1..].last()?;
                return (last.byte(item) == b'}').then_some((token.end..last.start, container));
            }
            TokenKind::Open => depth += 1,
            TokenKind::Close => depth = depth.saturating_sub(1),
            TokenKind::Word if depth == 0 && keyword.is_empty() => {
                let word = token.text(item);
                if matches!(word, "impl" | "trait" | "mod" | "fn" | "struct" | "enum" | "union" | "macro_rules") {
                    keyword = word;
                }
            }
            _ => {}
        }
    }
    None
}

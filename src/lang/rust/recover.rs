//! Broken files: finds the items that syn refuses and blanks them out, so that the rest can be parsed.
//!
//! Items are found by their brackets, and where those do not match by indentation. One broken function costs
//! that function; where tree-sitter can tell which of its statements is broken, only that statement.

use std::borrow::Cow;
use std::ops::Range;

use syn::parse::Parser;

use crate::lang::recover::{Grammar, blank_broken_units};
use crate::source::Span;
use crate::syntax::SyntaxError;

use super::lexer::{Token, TokenKind, lex, nesting};
use super::{message, refusal, stack_for, with_stack};

/// Statements, for the search inside a function.
const STATEMENTS: &[&str] = &["let_declaration", "expression_statement", "empty_statement", "macro_invocation"];

/// Modules within modules that are searched; nobody nests them deeper.
const MAXIMAL_DEPTH: usize = 16;

/// So often the end of an item is looked for in all of the text; afterwards only indentation counts, so that
/// text that is no Rust at all takes no quadratic time.
const MAXIMAL_SEARCHES: usize = 64;

/// More errors than these in one file are one: it is no Rust.
const MAXIMAL_ERRORS: usize = 100;

/// An item says what it is within so many tokens, attributes included.
const LONGEST_HEAD: usize = 1024;

/// The text with its broken items replaced by spaces, and what was lost.
pub(super) fn blank_broken_items(source: &str) -> (String, Vec<SyntaxError>) {
    let mut recovery = Recovery { errors: Vec::new(), depth: 0 };
    let rest = recovery.items(source, 0, Container::File);
    (rest, recovery.errors)
}

/// A text of spaces as long as the given one; line breaks stay.
pub(super) fn blanked(text: &str) -> String {
    text.bytes().map(|byte| if matches!(byte, b'\n' | b'\r') { byte as char } else { ' ' }).collect()
}

/// What items stand in, which decides what they may be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Container {
    File,
    Impl,
    Trait,
}

struct Recovery {
    errors: Vec<SyntaxError>,
    /// How many containers the search is inside of.
    depth: usize,
}

impl Recovery {
    /// The text with its broken items blanked; it begins at byte `offset` of the file.
    fn items(&mut self, source: &str, offset: usize, container: Container) -> String {
        let mut rest = String::with_capacity(source.len());
        for piece in pieces(source) {
            let whole = &source[piece.whole.clone()];
            let item = piece.item.start - piece.whole.start..piece.item.end - piece.whole.start;
            rest.push_str(&self.item(whole, item, offset + piece.whole.start, container));
        }
        rest
    }

    fn item<'t>(&mut self, whole: &'t str, item: Range<usize>, offset: usize, container: Container) -> Cow<'t, str> {
        let Err(message) = check(whole, container) else { return Cow::Borrowed(whole) };
        let known = self.errors.len();
        if let Some(rest) = self.members(whole, &item, offset)
            && check(&rest, container).is_ok()
        {
            return Cow::Owned(rest);
        }
        // What was lost inside is lost with the whole.
        self.errors.truncate(known);
        if let Some(rest) = self.statements(whole, offset, container) {
            return Cow::Owned(rest);
        }
        self.lost(Span::new(offset + item.start, offset + item.end), message);
        Cow::Owned(blanked(whole))
    }

    fn lost(&mut self, span: Span, message: String) {
        let are_many = self.errors.len() >= MAXIMAL_ERRORS;
        match self.errors.last_mut() {
            Some(last) if are_many => last.span = last.span.to(span),
            _ => self.errors.push(SyntaxError { span, message }),
        }
    }

    /// An `impl`, `trait` or `mod` without its broken members, if that is what it is.
    fn members(&mut self, whole: &str, item: &Range<usize>, offset: usize) -> Option<String> {
        let (body, container) = container_body(&whole[item.clone()])?;
        if self.depth == MAXIMAL_DEPTH {
            return None;
        }
        let body = item.start + body.start..item.start + body.end;
        self.depth += 1;
        let inside = self.items(&whole[body.clone()], offset + body.start, container);
        self.depth -= 1;
        Some([&whole[..body.start], &inside, &whole[body.end..]].concat())
    }

    /// A function without its broken statements, if tree-sitter can tell them.
    fn statements(&mut self, whole: &str, offset: usize, container: Container) -> Option<String> {
        if refusal(nesting(whole, &lex(whole).tokens)).is_some() {
            return None;
        }
        let grammar = Grammar { language: tree_sitter_rust::LANGUAGE.into(), units: STATEMENTS, filler: "" };
        let (rest, errors) = blank_broken_units(whole, &grammar)?;
        // A signature is not guessed: all that is lost has to lie in a body.
        let body = whole.find('{')?;
        let in_body = errors.iter().all(|error| error.span.start as usize > body);
        if !in_body || rest.len() != whole.len() || check(&rest, container).is_err() {
            return None;
        }
        for error in errors {
            let span = Span::new(offset + error.span.start as usize, offset + error.span.end as usize);
            self.lost(span, error.message);
        }
        Some(rest)
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
        result.map_err(message)
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
        // Only what follows a line break is worth the look back along its line.
        let gap = index.checked_sub(1).map_or(0, |before| tokens[before].end)..token.start;
        let may_start = seen_keyword && source[gap].contains('\n') && begins_item(token.text(source));
        let here = if may_start { indentation(source, token.start) } else { None };
        if here.is_some() && here <= column {
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

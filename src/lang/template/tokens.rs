//! The pieces of a template, and the tokens inside its tags.

use crate::source::Span;

/// A piece of a template that says something; text between them is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece {
    /// `{{ … }}`: what stands in it, and all of it.
    Output(Span, Span),
    /// `{% … %}`.
    Tag(Span, Span),
    /// `{# … #}`.
    Comment(Span),
}

/// Tags whose content is not read, and what ends them.
const VERBATIM: &[(&str, &str)] = &[("comment", "endcomment"), ("verbatim", "endverbatim"), ("raw", "endraw")];

/// The pieces of a text, in their order.
pub fn pieces(text: &str) -> Vec<Piece> {
    let bytes = text.as_bytes();
    let mut pieces = Vec::new();
    let mut at = 0;
    let mut waits_for: Option<&str> = None;
    while let Some(found) = memchr::memchr(b'{', &bytes[at..]) {
        let start = at + found;
        let close: &[u8] = match bytes.get(start + 1) {
            Some(b'{') => b"}}",
            Some(b'%') => b"%}",
            Some(b'#') => b"#}",
            _ => {
                at = start + 1;
                continue;
            }
        };
        let Some(end) = memchr::memmem::find(&bytes[start + 2..], close).map(|found| start + 2 + found) else { break };
        at = end + 2;
        let (whole, inner) = (Span::new(start, at), trimmed(text, start + 2, end));
        let word = first_word(inner.of(text));
        match (close[0], waits_for) {
            (b'%', Some(end_word)) => waits_for = (word != end_word).then_some(end_word),
            (_, Some(_)) => {}
            (b'}', None) => pieces.push(Piece::Output(inner, whole)),
            (b'%', None) => match VERBATIM.iter().find(|(start_word, _)| *start_word == word) {
                Some((_, end_word)) => waits_for = Some(end_word),
                None => pieces.push(Piece::Tag(inner, whole)),
            },
            (_, None) => pieces.push(Piece::Comment(whole)),
        }
    }
    pieces
}

/// Without white space, and without the marks that take it away around a tag (`{%- … -%}`).
fn trimmed(text: &str, start: usize, end: usize) -> Span {
    let inner = &text[start..end];
    let left = inner.trim_start_matches(['-', '+']).trim_start();
    let start = end - left.len();
    let inner = left.trim_end_matches(['-', '+']).trim_end();
    Span::new(start, start + inner.len())
}

/// The name of a tag.
pub fn first_word(text: &str) -> &str {
    text.split(|letter: char| letter.is_whitespace() || letter == '(').next().unwrap_or("")
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// A name.
    Name,
    /// A number.
    Number,
    /// A string; the token is its content.
    Text,
    /// Anything else.
    Mark,
}

/// A token of an expression.
#[derive(Clone, Copy, Debug)]
pub struct Token<'t> {
    /// What it is.
    pub kind: TokenKind,
    /// Its text; of a string, its content.
    pub text: &'t str,
    /// Where it is.
    pub span: Span,
    /// Does white space stand before it?
    pub is_apart: bool,
}

/// Marks of two letters.
const LONG_MARKS: &[&str] = &["==", "!=", "<=", ">=", "//", "**"];

/// The tokens of a part of a text.
pub fn tokens(text: &str, span: Span) -> Vec<Token<'_>> {
    let (start, end) = (span.start as usize, span.end as usize);
    let mut tokens: Vec<Token> = Vec::new();
    let mut at = start;
    while at < end {
        let rest = &text[at..end];
        let letter = rest.chars().next().unwrap_or(' ');
        if letter.is_whitespace() {
            at += letter.len_utf8();
            continue;
        }
        let after_dot = tokens.last().is_some_and(|last| last.text == "." && last.kind == TokenKind::Mark);
        let length_of = |keep: &dyn Fn(char) -> bool| rest.find(|letter| !keep(letter)).unwrap_or(rest.len());
        let (kind, length, content) = match letter {
            '"' | '\'' => {
                let length = string_length(rest, letter);
                let inner = &rest[1..length.saturating_sub(1).max(1)];
                (TokenKind::Text, length, inner)
            }
            letter if letter.is_ascii_digit() => {
                let length = length_of(&|letter| letter.is_ascii_digit() || (letter == '.' && !after_dot));
                (TokenKind::Number, length, &rest[..length])
            }
            letter if letter.is_alphabetic() || letter == '_' => {
                let length = length_of(&|letter| letter.is_alphanumeric() || letter == '_');
                (TokenKind::Name, length, &rest[..length])
            }
            _ => {
                let is_long = LONG_MARKS.iter().any(|mark| rest.starts_with(mark));
                let length = if is_long { 2 } else { letter.len_utf8() };
                (TokenKind::Mark, length, &rest[..length])
            }
        };
        let is_apart = tokens.last().is_none_or(|last| (last.span.end as usize) < at);
        tokens.push(Token { kind, text: content, span: Span::new(at, at + length), is_apart });
        at += length;
    }
    tokens
}

/// The length of a string with its quotes; one that does not end takes all.
fn string_length(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, letter) in text.char_indices().skip(1) {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            letter if letter == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

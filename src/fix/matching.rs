//! Finds patterns in code. A hole takes whole nodes, so that what is found is code, and no part of a text or a comment.

use std::collections::BTreeMap;

use super::code::Code;
use crate::rule::pattern::{Hole, HoleKind, Pattern, Piece};
use crate::source::Span;
use crate::syntax::NodeKind;

/// What the holes of a pattern stand for.
pub type Bindings = BTreeMap<String, Bound>;

/// What a hole stands for.
#[derive(Clone, Debug, PartialEq)]
pub struct Bound {
    /// Its text.
    pub text: String,
    /// The text with the spaces around it, where it goes over several lines.
    pub lines: Option<String>,
    /// Where it was found; `None` for words that the finding knows.
    pub span: Option<Span>,
    /// Is it a whole expression, so that it may have to be put in brackets?
    pub is_expression: bool,
}

/// What a pattern is made of when spaces do not count.
enum Token<'p> {
    Code(&'p str),
    Hole(&'p Hole),
}

/// Finds a pattern that covers a span from its first to its last byte; `bindings` are what holes stand for already.
/// Of several ways to fill the holes the first that is accepted counts.
pub fn matched(
    code: &Code,
    pattern: &Pattern,
    span: Span,
    bindings: &Bindings,
    accept: &dyn Fn(&Bindings) -> bool,
) -> Option<Bindings> {
    let tokens = tokens(pattern);
    let matcher = Matcher { code, end: span.end, accept };
    matcher.rest(&tokens, false, span.start, bindings.clone())
}

fn tokens(pattern: &Pattern) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    for piece in &pattern.pieces {
        match piece {
            Piece::Text(text) => found.extend(words(text).map(Token::Code)),
            Piece::Hole(hole) => found.push(Token::Hole(hole)),
        }
    }
    found
}

/// Words and single signs.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start();
        let first = rest.chars().next()?;
        let end =
            if is_word(first) { rest.find(|letter| !is_word(letter)).unwrap_or(rest.len()) } else { first.len_utf8() };
        let (token, after) = rest.split_at(end);
        rest = after;
        Some(token)
    })
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

struct Matcher<'c, 't> {
    code: &'c Code<'t>,
    end: u32,
    accept: &'c dyn Fn(&Bindings) -> bool,
}

impl Matcher<'_, '_> {
    /// The rest of a pattern; `after_run`: behind any code, which then has the comma at its end.
    fn rest(&self, tokens: &[Token], after_run: bool, at: u32, bindings: Bindings) -> Option<Bindings> {
        let Some((token, rest)) = tokens.split_first() else {
            return (self.skip(at) == self.end && (self.accept)(&bindings)).then_some(bindings);
        };
        match token {
            Token::Code(word) => {
                let at = self.skip(at);
                if let Some(after) = self.code_at(word, at) {
                    return self.rest(rest, false, after, bindings);
                }
                // A comma before a closing bracket says nothing.
                let closes = !after_run && matches!(*word, ")" | "]" | "}");
                let after = if closes { self.code_at(",", at) } else { None }?;
                self.rest(tokens, false, after, bindings)
            }
            Token::Hole(hole) => self.hole(hole, rest, at, bindings),
        }
    }

    fn hole(&self, hole: &Hole, rest: &[Token], at: u32, bindings: Bindings) -> Option<Bindings> {
        let start = self.skip(at);
        if let Some(bound) = bindings.get(&hole.name) {
            let is_there = self.code.text.get(start as usize..self.end as usize)?.starts_with(&bound.text);
            let after = start + bound.text.len() as u32;
            let is_whole = !self.goes_on(after, &bound.text)
                && bound.span.is_none_or(|span| hole.name != "call" || span.start == start);
            return (is_there && is_whole).then(|| self.rest(rest, false, after, bindings)).flatten();
        }
        let ends = match hole.kind {
            HoleKind::Word => self.word_end(start).into_iter().collect(),
            HoleKind::Run if rest.is_empty() => vec![self.end],
            HoleKind::Run => self.run_ends(at),
            _ => self.node_ends(hole.kind, start),
        };
        ends.into_iter().find_map(|end| {
            let raw = Span { start: if hole.kind == HoleKind::Run { at } else { start }, end };
            let span = trimmed(raw, self.code.text);
            let is_expression = !matches!(hole.kind, HoleKind::Run | HoleKind::Word);
            let with_blanks = Span { end: self.past_blanks(end), ..raw };
            let lines = with_blanks.of(self.code.text);
            let bound = Bound {
                text: span.of(self.code.text).to_owned(),
                lines: lines.contains('\n').then(|| lines.to_owned()),
                span: Some(span),
                is_expression,
            };
            let mut bindings = bindings.clone();
            bindings.insert(hole.name.clone(), bound);
            self.rest(rest, hole.kind == HoleKind::Run, end, bindings)
        })
    }

    /// Past spaces and ends of lines.
    fn past_blanks(&self, at: u32) -> u32 {
        let text = self.code.text.get(at as usize..self.end as usize).unwrap_or("");
        at + (text.len() - text.trim_start().len()) as u32
    }

    /// Past spaces, ends of lines that go on, and comments.
    fn skip(&self, at: u32) -> u32 {
        let mut at = at;
        while at < self.end {
            let byte = self.code.text.as_bytes()[at as usize];
            if byte.is_ascii_whitespace() {
                at += 1;
            } else if let Some(comment) = self.code.comment_at(at) {
                at = comment.end;
            } else if byte == b'\\' && matches!(self.code.text.as_bytes().get(at as usize + 1), Some(b'\n' | b'\r')) {
                at += 1;
            } else {
                break;
            }
        }
        at
    }

    fn code_at(&self, word: &str, at: u32) -> Option<u32> {
        let text = self.code.text.get(at as usize..self.end as usize)?;
        let after = at + word.len() as u32;
        (text.starts_with(word) && !self.goes_on(after, word)).then_some(after)
    }

    /// Does a word go on behind this text?
    fn goes_on(&self, at: u32, text: &str) -> bool {
        let next = self.code.text.get(at as usize..self.end as usize).and_then(|rest| rest.chars().next());
        text.ends_with(is_word) && next.is_some_and(is_word)
    }

    fn word_end(&self, at: u32) -> Option<u32> {
        let text = self.code.text.get(at as usize..self.end as usize)?;
        let length = text.find(|letter| !is_word(letter)).unwrap_or(text.len());
        (length > 0 && !text.starts_with(|first: char| first.is_ascii_digit())).then(|| at + length as u32)
    }

    /// Ends of code with balanced brackets, the nearest first.
    fn run_ends(&self, start: u32) -> Vec<u32> {
        let mut ends = vec![start];
        let mut at = start;
        while at < self.end {
            at = match self.code.text.as_bytes()[at as usize] {
                _ if self.code.passive_until(at).is_some() => self.code.passive_until(at).unwrap_or(at + 1),
                b'(' | b'[' | b'{' => match self.code.closing(at) {
                    Some(close) => close + 1,
                    None => break,
                },
                b')' | b']' | b'}' => break,
                _ => at + 1,
            };
            if self.code.text.is_char_boundary(at as usize) {
                ends.push(at.min(self.end));
            }
        }
        ends
    }

    /// Ends of the nodes that start here, the farthest first; a node may stand in brackets.
    fn node_ends(&self, kind: HoleKind, start: u32) -> Vec<u32> {
        let fits =
            |node: &&super::code::Node| node.span.end <= self.end && !node.span.is_empty() && self.fits(kind, node);
        let mut ends: Vec<u32> = self.code.nodes_at(start).filter(fits).map(|node| node.span.end).collect();
        if kind == HoleKind::Expression && self.code.text.as_bytes().get(start as usize) == Some(&b'(') {
            let close = self.code.closing(start).filter(|close| *close < self.end);
            ends.extend(close.map(|close| close + 1).filter(|end| self.code.is_node(Span { start, end: *end })));
        }
        ends.sort_unstable_by_key(|end| std::cmp::Reverse(*end));
        ends.dedup();
        ends
    }

    fn fits(&self, kind: HoleKind, node: &super::code::Node) -> bool {
        use NodeKind::*;
        let what = self.code.kind(node);
        match kind {
            HoleKind::Place => {
                let text = node.span.of(self.code.text);
                let is_plain = text.chars().all(|letter| is_word(letter) || matches!(letter, '.' | ':'));
                matches!(what, Name(_) | Member { .. } | Path(_)) && is_plain
            }
            HoleKind::Literal => match what {
                String { holes, .. } => holes.is_empty(),
                _ => matches!(what, Bytes | Integer(_) | Float | Character | Bool(_) | Null),
            },
            _ => {
                !matches!(what, Block(_) | Keyword { .. } | Spread(_) | Pair { .. } | Arm { .. }) && !node.is_statement
                    || matches!(what, Call { .. } | Member { .. } | Name(_))
            }
        }
    }
}

fn trimmed(span: Span, text: &str) -> Span {
    let inner = span.of(text);
    let start = span.start as usize + inner.len() - inner.trim_start().len();
    Span::new(start, start + inner.trim().len())
}

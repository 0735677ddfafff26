//! Room on the stack for recursion as deep as a text asks for, or a refusal.
//!
//! The exact parser recurses without a limit of its own, and so does dropping its trees; a file of a hundred
//! thousand opening brackets must not end the process. Knows tokens, not grammar.

use memchr::memmem;
use ruff_python_ast::token::TokenKind;
use ruff_python_parser::{Mode, lexer};

/// Stack that the parser takes for one token that may nest (bracket, prefix operator, block), at most; measured
/// as three kilobytes without optimisation.
const NESTING: usize = 6 * 1024;
/// Stack that dropping takes for one token that may only chain (`a.b.c`), at most.
const CHAINING: usize = 512;
/// Stack for everything else.
const BASE: usize = 256 * 1024;
/// What threads have of their own anyway.
const USUAL: usize = 48 * 1024 * 1024;
/// The most that is ever asked for; it is reserved, not used.
const MOST: usize = 128 * 1024 * 1024;

/// The words after which the parser recurses.
const PREFIX_WORDS: [&str; 5] = ["not", "lambda", "await", "else", "yield"];

/// A text nests too deeply to be parsed.
#[derive(Debug)]
pub struct TooDeep;

/// Runs `parse` with stack enough for `text`.
pub fn with_room<R>(text: &str, parse: impl FnOnce() -> R) -> Result<R, TooDeep> {
    let mut room = BASE + text.len() * NESTING;
    if room > USUAL {
        room = BASE + most_possible(text, &COSTS_WITH_WORDS);
    }
    if room > USUAL {
        let words: usize = PREFIX_WORDS.iter().map(|word| memmem::find_iter(text.as_bytes(), word).count()).sum();
        room = BASE + words * NESTING + most_possible(text, &COSTS);
    }
    if room > MOST {
        room = BASE + deepest(text);
    }
    if room > MOST { Err(TooDeep) } else { Ok(stacker::maybe_grow(room, room, parse)) }
}

/// How many steps of a recursion share one look at the stack, which is no small part of what a step takes.
const STEPS: u32 = 8;
/// Stack for that many steps, at most; measured as 20 kilobytes each without optimisation.
const STEPS_STACK: usize = 256 * 1024;

/// Runs one step of a recursion whose depth is limited, on more stack when little is left. The depth grows by one from
/// step to step.
pub fn grow_if_low<R>(depth: u32, step: impl FnOnce() -> R) -> R {
    if depth.is_multiple_of(STEPS) { stacker::maybe_grow(STEPS_STACK, 4 * STEPS_STACK, step) } else { step() }
}

/// What all tokens together could take: far too much, but found quickly, and enough for most files.
fn most_possible(text: &str, costs: &[u16; 256]) -> usize {
    text.bytes().map(|byte| usize::from(costs[usize::from(byte)])).sum()
}

/// The stack that a byte may stand for. Words, blanks, quotes and closing brackets take none.
static COSTS: [u16; 256] = costs(0);

/// The same where every word may be one after which the parser recurses; it has three letters at least.
static COSTS_WITH_WORDS: [u16; 256] = costs(NESTING as u16 / 3);

const fn costs(letter: u16) -> [u16; 256] {
    let mut costs = [NESTING as u16; 256];
    let mut byte = 0;
    while byte < 256 {
        match byte as u8 {
            b'a'..=b'z' => costs[byte] = letter,
            b'A'..=b'Z' | b'0'..=b'9' | b'_' | 128.. => costs[byte] = 0,
            b' ' | b'\n' | b'\r' | b'\t' | b',' | b'"' | b'\'' | b'#' | b')' | b']' | b'}' => costs[byte] = 0,
            b'.' | b'=' => costs[byte] = CHAINING as u16,
            _ => {}
        }
        byte += 1;
    }
    costs
}

/// What an open bracket has come to.
#[derive(Default)]
struct Level {
    /// The current element: its own tokens, and the deepest bracket in it.
    own: usize,
    inner: usize,
    /// The deepest element so far.
    deepest: usize,
    /// A `lambda` stands in it: its commas end nothing.
    has_lambda: bool,
}

impl Level {
    fn end_element(&mut self) {
        self.deepest = self.deepest.max(self.own + self.inner);
        self.own = 0;
        self.inner = 0;
    }
}

/// What the deepest nesting in the text takes, by the exact lexer.
fn deepest(text: &str) -> usize {
    let mut lexer = lexer::lex(text, Mode::Module);
    let mut levels = vec![Level::default()];
    let (mut indentation, mut most_indentation) = (0usize, 0usize);
    loop {
        let kind = lexer.next_token();
        let Some(level) = levels.last_mut() else { break };
        match kind {
            TokenKind::EndOfFile => break,
            TokenKind::Lpar
            | TokenKind::Lsqb
            | TokenKind::Lbrace
            | TokenKind::FStringStart
            | TokenKind::TStringStart => {
                level.own += NESTING;
                levels.push(Level::default());
            }
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace | TokenKind::FStringEnd | TokenKind::TStringEnd => {
                level.end_element();
                let inner = level.deepest;
                if levels.len() > 1 {
                    levels.pop();
                }
                if let Some(outer) = levels.last_mut() {
                    outer.inner = outer.inner.max(inner);
                }
            }
            TokenKind::Newline | TokenKind::Semi => {
                level.end_element();
                level.has_lambda = false;
            }
            TokenKind::Comma if !level.has_lambda => level.end_element(),
            TokenKind::Indent => {
                indentation += 1;
                most_indentation = most_indentation.max(indentation);
            }
            TokenKind::Dedent => indentation = indentation.saturating_sub(1),
            TokenKind::NonLogicalNewline | TokenKind::Comment | TokenKind::Comma => {}
            TokenKind::Name | TokenKind::Int | TokenKind::Float | TokenKind::String | TokenKind::Dot => {
                level.own += CHAINING;
            }
            TokenKind::Lambda => {
                level.has_lambda = true;
                level.own += NESTING;
            }
            _ => level.own += NESTING,
        }
    }
    // Brackets may be left open at the end.
    let open: usize = levels
        .iter_mut()
        .map(|level| {
            level.end_element();
            level.deepest
        })
        .sum();
    open + most_indentation * 2 * NESTING
}

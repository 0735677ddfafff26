//! A small lexer: comments, brackets, and where tokens begin and end.
//!
//! It serves what syn cannot: comments (syn drops them), nesting (syn recurses before it knows how deep), and
//! broken files (syn refuses them as a whole). It never fails and knows no grammar above tokens.

use crate::source::Span;

/// What a token is, as far as anybody here asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// An identifier or keyword.
    Word,
    /// A lifetime or loop label.
    Lifetime,
    /// A number, string or character.
    Literal,
    /// `(`, `[` or `{`.
    Open,
    /// `)`, `]` or `}`.
    Close,
    /// One character of punctuation, or one that is no Rust at all.
    Punctuation,
}

/// A token and its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Its first byte.
    pub start: usize,
    /// One past its last byte.
    pub end: usize,
}

impl Token {
    /// The text of the token.
    pub fn text(self, source: &str) -> &str {
        source.get(self.start..self.end).unwrap_or("")
    }

    /// The first byte: enough to tell punctuation and brackets apart.
    pub fn byte(self, source: &str) -> u8 {
        source.as_bytes()[self.start]
    }
}

/// A text in tokens.
#[derive(Debug, Default)]
pub(super) struct Lexed {
    /// Tokens without comments, in order.
    pub tokens: Vec<Token>,
    /// Comments, leaders included, doc comments too.
    pub comments: Vec<Span>,
    /// Set when the text ends inside a string, character or block comment.
    pub unterminated: bool,
}

/// Splits a text into tokens.
pub(super) fn lex(source: &str) -> Lexed {
    let mut lexer = Lexer { source, bytes: source.as_bytes(), at: 0, lexed: Lexed::default() };
    lexer.run();
    lexer.lexed
}

struct Lexer<'s> {
    source: &'s str,
    bytes: &'s [u8],
    at: usize,
    lexed: Lexed,
}

impl Lexer<'_> {
    fn run(&mut self) {
        while let Some(byte) = self.peek(0) {
            let start = self.at;
            let kind = match byte {
                b' ' | b'\t' | b'\n' | b'\r' => {
                    self.at += 1;
                    continue;
                }
                b'/' if matches!(self.peek(1), Some(b'/' | b'*')) => {
                    self.comment();
                    continue;
                }
                b'"' => {
                    self.at += 1;
                    self.quoted(b'"')
                }
                b'\'' => self.character_or_lifetime(),
                b'0'..=b'9' => self.number(),
                b'(' | b'[' | b'{' => self.single(TokenKind::Open),
                b')' | b']' | b'}' => self.single(TokenKind::Close),
                _ => match self.character() {
                    Some(character) if character.is_whitespace() => {
                        self.at += character.len_utf8();
                        continue;
                    }
                    Some(character) if starts_word(character) => self.word(),
                    Some(character) => {
                        self.at += character.len_utf8();
                        TokenKind::Punctuation
                    }
                    None => return,
                },
            };
            self.lexed.tokens.push(Token { kind, start, end: self.at });
        }
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    fn character(&self) -> Option<char> {
        self.source.get(self.at..).and_then(|rest| rest.chars().next())
    }

    fn single(&mut self, kind: TokenKind) -> TokenKind {
        self.at += 1;
        kind
    }

    fn end_of_text(&mut self) {
        self.at = self.bytes.len();
        self.lexed.unterminated = true;
    }

    fn comment(&mut self) {
        let start = self.at;
        if self.peek(1) == Some(b'/') {
            let rest = &self.bytes[start..];
            self.at = start + rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
        } else {
            self.block_comment();
        }
        self.lexed.comments.push(Span::new(start, self.at));
    }

    fn block_comment(&mut self) {
        let mut depth = 0usize;
        while let Some(byte) = self.peek(0) {
            match (byte, self.peek(1)) {
                (b'/', Some(b'*')) => {
                    depth += 1;
                    self.at += 2;
                }
                (b'*', Some(b'/')) => {
                    depth -= 1;
                    self.at += 2;
                    if depth == 0 {
                        return;
                    }
                }
                _ => self.at += 1,
            }
        }
        self.end_of_text();
    }

    /// The rest of a literal with escapes, from after its opening quote.
    fn quoted(&mut self, quote: u8) -> TokenKind {
        while let Some(byte) = self.peek(0) {
            self.at += 1;
            match byte {
                b'\\' => self.at += 1,
                _ if byte == quote => return TokenKind::Literal,
                _ => {}
            }
        }
        self.end_of_text();
        TokenKind::Literal
    }

    fn raw_string(&mut self, hashes: usize) -> TokenKind {
        self.at += hashes + 1;
        while let Some(byte) = self.peek(0) {
            self.at += 1;
            if byte == b'"' && (0..hashes).all(|ahead| self.peek(ahead) == Some(b'#')) {
                self.at += hashes;
                return TokenKind::Literal;
            }
        }
        self.end_of_text();
        TokenKind::Literal
    }

    fn character_or_lifetime(&mut self) -> TokenKind {
        self.at += 1;
        let Some(first) = self.character() else { return TokenKind::Punctuation };
        if first == '\\' {
            return self.quoted(b'\'');
        }
        let after = self.at + first.len_utf8();
        if self.bytes.get(after) == Some(&b'\'') {
            self.at = after + 1;
            return TokenKind::Literal;
        }
        if starts_word(first) {
            self.word_characters();
            return TokenKind::Lifetime;
        }
        TokenKind::Punctuation
    }

    fn number(&mut self) -> TokenKind {
        self.word_characters();
        if self.peek(0) == Some(b'.') && matches!(self.peek(1), Some(b'0'..=b'9')) {
            self.at += 1;
            self.word_characters();
        }
        TokenKind::Literal
    }

    /// An identifier, or a literal with a prefix such as `r#"…"#` and `b'x'`.
    fn word(&mut self) -> TokenKind {
        let start = self.at;
        self.word_characters();
        let prefix = &self.bytes[start..self.at];
        let is_raw = matches!(prefix, b"r" | b"br" | b"cr");
        let next = self.peek(0);
        if is_raw && matches!(next, Some(b'"' | b'#')) {
            let hashes = self.bytes[self.at..].iter().take_while(|byte| **byte == b'#').count();
            if self.peek(hashes) == Some(b'"') {
                return self.raw_string(hashes);
            }
            if hashes == 1 && prefix == b"r" {
                self.at += 1;
                self.word_characters();
            }
        } else if matches!(prefix, b"b" | b"c") && next == Some(b'"') {
            self.at += 1;
            return self.quoted(b'"');
        } else if prefix == b"b" && next == Some(b'\'') {
            self.at += 1;
            return self.quoted(b'\'');
        }
        TokenKind::Word
    }

    fn word_characters(&mut self) {
        while let Some(character) = self.character() {
            if character != '_' && !character.is_alphanumeric() {
                return;
            }
            self.at += character.len_utf8();
        }
    }
}

fn starts_word(character: char) -> bool {
    character == '_' || character.is_alphabetic()
}

/// How deep a parser may have to recurse.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Nesting {
    /// The greatest number of brackets open at once.
    pub brackets: usize,
    /// An upper bound of the depth of the syntax tree: tokens since the last end of a statement, summed over
    /// all open brackets. Chains (`a + a + …`, `a.b().c()…`, `else if`, `!!!…`) nest without brackets.
    pub chain: usize,
}

/// Measures the nesting of a text.
pub(super) fn nesting(source: &str, tokens: &[Token]) -> Nesting {
    let mut nesting = Nesting::default();
    let mut outer: Vec<Run> = Vec::new();
    let mut above = 0;
    let mut run = Run::default();
    for (at, token) in tokens.iter().enumerate() {
        run.tokens += 1;
        match token.kind {
            TokenKind::Open => {
                above += run.tokens;
                outer.push(std::mem::take(&mut run));
                nesting.brackets = nesting.brackets.max(outer.len());
            }
            TokenKind::Close => {
                if let Some(enclosing) = outer.pop() {
                    above -= enclosing.tokens;
                    run = enclosing;
                }
                if token.byte(source) == b'}' && tokens.get(at + 1).is_none_or(|next| starts_statement(source, *next)) {
                    run = Run::default();
                }
            }
            TokenKind::Punctuation => match token.byte(source) {
                b';' => run = Run::default(),
                b'<' => run.angles += 1,
                b'>' if !is_arrow(source, *token) => run.angles = run.angles.saturating_sub(1),
                b'|' => run.bars += 1,
                // Types and closures nest across commas without brackets: `A<B, A<B, …`, `|a, b| |a, b| …`.
                b',' => run.tokens = run.angles + run.bars,
                _ => {}
            },
            _ => {}
        }
        nesting.chain = nesting.chain.max(above + run.tokens);
    }
    nesting
}

/// Tokens since the last end of a statement.
#[derive(Default)]
struct Run {
    tokens: usize,
    /// `<` that may still be open.
    angles: usize,
    /// `|`, which may be those of closures.
    bars: usize,
}

/// Is this `>` the end of `->` or `=>`?
fn is_arrow(source: &str, token: Token) -> bool {
    token.start > 0 && matches!(source.as_bytes()[token.start - 1], b'-' | b'=')
}

/// Can this token, after a `}`, only begin another statement?
fn starts_statement(source: &str, next: Token) -> bool {
    match next.kind {
        TokenKind::Word => !matches!(next.text(source), "else" | "as" | "in"),
        TokenKind::Punctuation => next.byte(source) == b'#',
        TokenKind::Close => true,
        _ => false,
    }
}

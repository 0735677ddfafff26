//! Room on the stack for recursion as deep as a text asks for, or a refusal.
//!
//! The exact parser recurses without a limit of its own; a file of a hundred thousand opening brackets must not end the
//! process. Knows characters, not grammar: what is counted is more than can nest.

/// Stack that the parser takes for one sign or word that may nest, at most.
const NESTING: usize = 6 * 1024;
/// Stack for everything else.
const BASE: usize = 512 * 1024;
/// The most that is ever asked for; it is reserved, not used.
const MOST: usize = 1536 * 1024 * 1024;

/// What threads have of their own anyway.
const USUAL: usize = 32 * 1024 * 1024;

/// The signs after which the parser recurses.
const SIGNS: &[u8] = b"([{<=?:!~-+*";

/// The words after which it does.
const PREFIX_WORDS: &[&str] = &[
    "await", "class", "delete", "do", "else", "extends", "for", "function", "if", "import", "infer", "keyof", "new",
    "throw", "typeof", "unique", "void", "while", "with", "yield",
];

/// More signs than this that may open type arguments, one after the other, are refused: the parser tries each of them
/// again for each before it.
const MOST_ANGLES: usize = 1000;

/// Runs `parse` with stack enough for `text`; `None` when that is too much.
pub(super) fn with_room<R>(text: &str, parse: impl FnOnce() -> R) -> Option<R> {
    let room = BASE + most_possible(text) * NESTING;
    (room <= MOST && open_angles(text) <= MOST_ANGLES).then(|| stacker::maybe_grow(room, room, parse))
}

/// How many steps of a recursion share one look at the stack, which is no small part of what a step takes.
const STEPS: u32 = 8;
/// Stack for that many steps, at most.
const STEPS_STACK: usize = 256 * 1024;

/// Runs one step of a recursion whose depth is limited, on more stack when little is left. The depth grows by one from
/// step to step.
pub(super) fn grow_if_low<R>(depth: u32, step: impl FnOnce() -> R) -> R {
    if depth.is_multiple_of(STEPS) { stacker::maybe_grow(STEPS_STACK, 4 * STEPS_STACK, step) } else { step() }
}

/// How deep a text can nest at the most; what asks for no more than threads have is not counted exactly.
fn most_possible(text: &str) -> usize {
    let is_usual = |found: &usize| found * NESTING <= USUAL;
    let loose = Some(text.len()).filter(is_usual).or_else(|| Some(signs_and_words(text)).filter(is_usual));
    loose.unwrap_or_else(|| signs_and_prefix_words(text))
}

/// The number of signs and of words. Each byte is looked at without a branch, so that many are looked at at once.
fn signs_and_words(text: &str) -> usize {
    let bytes = text.as_bytes();
    let first = bytes.first().map_or(0, |first| usize::from(may_nest(b' ', *first)));
    let mut found = first;
    // As many as one byte counts.
    let most = usize::from(u8::MAX);
    for (before, here) in bytes.chunks(most).zip(bytes.get(1..).unwrap_or_default().chunks(most)) {
        found +=
            usize::from(before.iter().zip(here).map(|(before, here)| u8::from(may_nest(*before, *here))).sum::<u8>());
    }
    found
}

/// Is a byte a sign, or the start of a word?
#[inline]
fn may_nest(before: u8, here: u8) -> bool {
    let is_letter = |byte: u8| (byte | 0x20).wrapping_sub(b'a') < 26;
    let is_sign = SIGNS.iter().fold(false, |is_sign, sign| is_sign | (here == *sign));
    is_sign | (is_letter(here) & !is_letter(before))
}

/// The number of signs and of words that begin like those after which the parser recurses.
fn signs_and_prefix_words(text: &str) -> usize {
    let mut found = 0;
    let mut before = OTHER;
    for (at, byte) in text.bytes().enumerate() {
        let class = CLASSES[usize::from(byte)];
        let begins_word = class == LETTER && before != LETTER;
        found += usize::from(class == SIGN || begins_word && begins_like_prefix_word(&text.as_bytes()[at..]));
        before = class;
    }
    found
}

/// Kinds of bytes.
const OTHER: u8 = 0;
const SIGN: u8 = 1;
const LETTER: u8 = 2;

/// What each byte is.
const CLASSES: [u8; 256] = {
    let mut classes = [OTHER; 256];
    let mut byte = 0;
    while byte < 256 {
        if (byte as u8).is_ascii_alphabetic() {
            classes[byte] = LETTER;
        }
        byte += 1;
    }
    let mut at = 0;
    while at < SIGNS.len() {
        classes[SIGNS[at] as usize] = SIGN;
        at += 1;
    }
    classes
};

fn begins_like_prefix_word(text: &[u8]) -> bool {
    text.len() > 1 && BEGINNINGS[letter(text[0])][letter(text[1])]
}

/// The number of a small letter; all else has the number after the last one.
const fn letter(byte: u8) -> usize {
    if byte.is_ascii_lowercase() { (byte - b'a') as usize } else { LETTERS }
}

const LETTERS: usize = 26;

/// The first two letters that a word has after which the parser recurses.
const BEGINNINGS: [[bool; LETTERS + 1]; LETTERS + 1] = {
    let mut beginnings = [[false; LETTERS + 1]; LETTERS + 1];
    let mut at = 0;
    while at < PREFIX_WORDS.len() {
        let word = PREFIX_WORDS[at].as_bytes();
        beginnings[letter(word[0])][letter(word[1])] = true;
        at += 1;
    }
    beginnings
};

/// How many signs that may open type arguments stand in one statement at the most, less those that close; all of them where
/// they are few.
fn open_angles(text: &str) -> usize {
    let all = memchr::memchr_iter(b'<', text.as_bytes()).count();
    if all <= MOST_ANGLES {
        return all;
    }
    let (mut open, mut most) = (0usize, 0);
    for at in memchr::memchr3_iter(b'<', b'>', b';', text.as_bytes()) {
        match text.as_bytes()[at] {
            b'<' => open += 1,
            b'>' => open = open.saturating_sub(1),
            _ => open = 0,
        }
        most = most.max(open);
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quick_count_is_no_less_than_the_exact_one() {
        let texts = ["", "(", "a", "if", "x=>!y", "if(a){b}else{c}", "1if", "éif", "\u{1f600}new X"];
        // The ends of what is counted at once, too.
        let long = (250..262).map(|length| format!("{}new X([", "; ".repeat(length)));
        for text in texts.map(str::to_owned).into_iter().chain(long) {
            assert!(signs_and_words(&text) >= signs_and_prefix_words(&text), "{text}");
        }
        let nested = "(".repeat(100_000);
        assert_eq!((signs_and_words(&nested), most_possible(&nested)), (100_000, 100_000));
    }

    #[test]
    fn what_the_quick_count_overrates_is_counted_exactly() {
        let words = "plain words ".repeat(100_000);
        assert_eq!((signs_and_words(&words), most_possible(&words)), (200_000, 0));
    }
}

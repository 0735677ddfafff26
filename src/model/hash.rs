//! A hash index over names: where a name stands in a list, without comparing it with more than one or two others.
//!
//! It is made at build time for the built-in tables and at run time where a project adds its own. The hash reads its
//! bytes in order, so that a name can be asked for in parts, without putting it together.

use std::borrow::Cow;

/// Positions in a list of names, by the hash of the name. The number of slots is a power of two; a slot holds a
/// position + 1, or 0 when it is free; a taken slot sends a name on to the next.
#[derive(Clone, Debug, Default)]
pub struct HashIndex {
    /// The slots.
    pub slots: Cow<'static, [u32]>,
}

impl HashIndex {
    /// An index of nothing.
    pub const EMPTY: HashIndex = HashIndex { slots: Cow::Borrowed(&[]) };

    /// The index of a list of names. Of equal names the first is found.
    pub fn new<'n>(names: impl ExactSizeIterator<Item = &'n str>) -> HashIndex {
        if names.len() == 0 {
            return HashIndex::EMPTY;
        }
        // At most half full: a name that is not there is told after one or two slots.
        let mut slots = vec![0u32; (names.len() * 2).next_power_of_two()];
        for (position, name) in names.enumerate() {
            let mut at = hash([name]) as usize & (slots.len() - 1);
            while slots[at] != 0 {
                at = (at + 1) & (slots.len() - 1);
            }
            slots[at] = position as u32 + 1;
        }
        HashIndex { slots: slots.into() }
    }

    /// The position of the name that is the concatenation of `parts`; `name_at` gives the name at a position.
    pub fn find<'n, const N: usize>(&self, parts: [&str; N], name_at: impl Fn(usize) -> &'n str) -> Option<usize> {
        let mask = self.slots.len().checked_sub(1)?;
        let mut at = hash(parts) as usize & mask;
        loop {
            let position = (self.slots[at] as usize).checked_sub(1)?;
            if is_concatenation(name_at(position), parts) {
                return Some(position);
            }
            at = (at + 1) & mask;
        }
    }
}

/// FNV-1a, folded: short names are all it has to do with.
fn hash<const N: usize>(parts: [&str; N]) -> u32 {
    let mut hash = 0xcbf2_9ce4_8422_2325u64;
    for part in parts {
        for byte in part.as_bytes() {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    (hash ^ (hash >> 32)) as u32
}

/// Is the text the concatenation of the parts?
fn is_concatenation<const N: usize>(text: &str, parts: [&str; N]) -> bool {
    let mut rest = text.as_bytes();
    for part in parts {
        match rest.strip_prefix(part.as_bytes()) {
            Some(tail) => rest = tail,
            None => return false,
        }
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_whole_and_in_parts() {
        let names: Vec<String> = (0..1000).map(|number| format!("a.b{number}")).collect();
        let index = HashIndex::new(names.iter().map(String::as_str));
        let name_at = |position: usize| names[position].as_str();
        for (position, name) in names.iter().enumerate() {
            assert_eq!(index.find([name], name_at), Some(position));
            assert_eq!(index.find(["a", ".", &name[2..]], name_at), Some(position));
        }
        for missing in ["", "a", "a.b", "a.b1000", "a.b1.", "ab1"] {
            assert_eq!(index.find([missing], name_at), None, "{missing}");
        }
        assert_eq!(HashIndex::EMPTY.find(["a"], name_at), None);
    }
}

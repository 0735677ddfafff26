//! Applies fixes until there are none left: all that do not touch each other at once, then what is left again.
//!
//! After each pass the program is analysed anew. A fix holds when its finding is gone and no new one has come; those
//! that may be to blame are tried again alone, and dropped when they are. Reads and writes no file.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::Arc;

use super::checking::{leaves_the_rest, lost_comments, overlap, spliced};
use super::code::Code;
use crate::diagnostic::{Diagnostic, Edit, Fix, Grade, Introduced};
use crate::source::{SourceFile, Texts};

/// So many passes at most.
const MOST_PASSES: usize = 64;

/// What an analysis found.
pub struct Analysed<T> {
    /// Every file of the run.
    pub files: Vec<SourceFile>,
    /// The findings, with their fixes.
    pub found: Vec<Diagnostic>,
    /// What else the caller wants to know of it.
    pub rest: T,
}

/// What became of the fixes.
#[derive(Debug, Default)]
pub struct Applied {
    /// Files whose text is another one now, in the order of their paths.
    pub changed: Vec<Changed>,
    /// How many fixes were applied, by rule.
    pub applied: BTreeMap<String, usize>,
    /// Fixes that do not mend what they are for.
    pub dropped: Vec<Dropped>,
    /// How many fixes are unsafe only because they move comments.
    pub demoted: usize,
    /// How many unsafe fixes were not asked for.
    pub held_back: usize,
    /// Was the limit of passes reached before all was done?
    pub is_unfinished: bool,
}

/// A file whose text is another one now.
#[derive(Clone, Debug)]
pub struct Changed {
    /// Relative to the project root.
    pub path: String,
    /// Where it is.
    pub location: PathBuf,
    /// Its text as it was read.
    pub before: Arc<str>,
    /// Its text now.
    pub after: Arc<str>,
}

/// A fix that does not mend what it is for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dropped {
    /// Its file.
    pub path: String,
    /// Its rule.
    pub rule: String,
    /// Why.
    pub reason: String,
}

/// What a fix is known by from pass to pass: it has no positions in it.
type Key = (String, String, String);

/// A fix that may be applied.
struct Candidate {
    key: Key,
    path: String,
    function: String,
    rule: String,
    fix: Fix,
}

/// Applies all fixes that are wanted. `analyse` analyses the program with these texts in place of those on disk.
pub fn converge<T, E>(
    take_unsafe: bool,
    mut analyse: impl FnMut(&Texts) -> Result<Analysed<T>, E>,
) -> Result<(Applied, Analysed<T>), E> {
    let mut texts = Texts::default();
    let mut applied = Applied::default();
    let mut originals: BTreeMap<String, (PathBuf, Arc<str>)> = BTreeMap::new();
    let mut dropped: BTreeMap<Key, String> = BTreeMap::new();
    let mut suspects: BTreeSet<Key> = BTreeSet::new();
    let mut analysed = analyse(&texts)?;
    for pass in 0.. {
        let known = |key: &Key| dropped.contains_key(key);
        let candidates = candidates(&analysed, take_unsafe, known);
        let current = Current::new(&analysed, &candidates);
        let chosen = chosen(&candidates, &suspects);
        if chosen.is_empty() {
            break;
        }
        if pass == MOST_PASSES {
            applied.is_unfinished = true;
            break;
        }
        let attempt = current.with(&chosen);
        let broken: BTreeSet<&str> = attempt.broken.iter().map(String::as_str).collect();
        let after = match broken.is_empty() {
            true => Some(analyse(&overlaid(&texts, &attempt))?),
            false => None,
        };
        let to_blame = match &after {
            None => chosen.iter().filter(|one| broken.contains(one.path.as_str())).map(|one| one.key.clone()).collect(),
            Some(after) => to_blame(&analysed, after, &chosen),
        };
        match after {
            Some(after) if to_blame.is_empty() => {
                for one in &chosen {
                    *applied.applied.entry(one.rule.clone()).or_default() += 1;
                    applied.demoted += usize::from(one.fix.moves_comments && one.fix.grade == Grade::Unsafe);
                }
                for (path, (location, before, _)) in &attempt.texts {
                    originals.entry(path.clone()).or_insert_with(|| (location.clone(), before.clone()));
                }
                texts = overlaid(&texts, &attempt);
                analysed = after;
            }
            _ => {
                let beside = |key: &Key| chosen.iter().filter(|one| one.path == key.0).count();
                for key in to_blame {
                    match chosen.len() == 1 || suspects.contains(&key) && beside(&key) == 1 {
                        true => drop(dropped.insert(key, "its finding would stay, or another one come".to_owned())),
                        false => drop(suspects.insert(key)),
                    }
                }
            }
        }
    }
    applied.dropped = dropped.into_iter().map(|((path, rule, _), reason)| Dropped { path, rule, reason }).collect();
    applied.held_back = held_back(&analysed, take_unsafe);
    applied.changed = originals
        .into_iter()
        .filter_map(|(path, (location, before))| {
            let after = texts.get(&location)?.clone();
            (before != after).then_some(Changed { path, location, before, after })
        })
        .collect();
    Ok((applied, analysed))
}

fn held_back<T>(analysed: &Analysed<T>, take_unsafe: bool) -> usize {
    let fixes = analysed.found.iter().filter_map(|diagnostic| diagnostic.fix.as_ref());
    if take_unsafe { 0 } else { fixes.filter(|fix| fix.grade == Grade::Unsafe).count() }
}

/// The fixes that are wanted, in the order of their places.
fn candidates<T>(analysed: &Analysed<T>, take_unsafe: bool, is_dropped: impl Fn(&Key) -> bool) -> Vec<Candidate> {
    let most = if take_unsafe { Grade::Unsafe } else { Grade::Safe };
    let mut texts: HashMap<&str, Option<Cow<str>>> = HashMap::new();
    let mut candidates = Vec::new();
    for diagnostic in &analysed.found {
        let Some(fix) = diagnostic.fix.as_ref().filter(|fix| fix.grade <= most) else { continue };
        let source = &analysed.files[fix.file.0 as usize];
        let Some(text) = texts.entry(&source.path).or_insert_with(|| source.text().ok()) else { continue };
        let change = fix.edits.iter().map(|edit| format!("{}\0{}", edit.span.of(text), edit.text));
        let change = format!("{}\0{}", diagnostic.function, change.collect::<Vec<_>>().join("\0"));
        let key = (source.path.clone(), diagnostic.rule.clone(), change);
        if !is_dropped(&key) {
            candidates.push(Candidate {
                key,
                path: source.path.clone(),
                function: diagnostic.function.clone(),
                rule: diagnostic.rule.clone(),
                fix: fix.clone(),
            });
        }
    }
    candidates.sort_by(|one, other| {
        (&one.path, &one.fix.edits, &one.rule).cmp(&(&other.path, &other.fix.edits, &other.rule))
    });
    candidates
}

/// Those that can be applied together: none touches another, and one that is suspected is the only one of its file.
fn chosen<'c>(candidates: &'c [Candidate], suspects: &BTreeSet<Key>) -> Vec<&'c Candidate> {
    let mut chosen: Vec<&Candidate> = Vec::new();
    for suspected in [false, true] {
        for one in candidates.iter().filter(|one| suspects.contains(&one.key) == suspected) {
            let mut beside = chosen.iter().filter(|other| other.path == one.path).peekable();
            let fits = match suspected {
                true => beside.peek().is_none(),
                false => beside.all(|other| !touch(&other.fix, &one.fix)),
            };
            if fits {
                chosen.push(one);
            }
        }
    }
    chosen
}

fn touch(one: &Fix, other: &Fix) -> bool {
    one.edits.iter().any(|own| {
        other.edits.iter().any(|its| match own == its {
            true => own.introduces.is_none(),
            false => overlap(own, its) || hides(own, its),
        })
    })
}

/// Do two edits bring in different variables of one name? Where one is in the scope of the other, it would hide it.
fn hides(one: &Edit, other: &Edit) -> bool {
    matches!(one.introduces, Some(Introduced::Variable(_)))
        && one.introduces == other.introduces
        && one.text.trim() != other.text.trim()
}

/// The texts that fixes are for.
struct Current {
    texts: BTreeMap<String, (SourceFile, Arc<str>)>,
}

/// What becomes of them.
#[derive(Default)]
struct Attempt {
    /// By path: where it is, the text before, and after.
    texts: BTreeMap<String, (PathBuf, Arc<str>, Arc<str>)>,
    /// Files in which more changes than is meant, or comments are lost.
    broken: Vec<String>,
}

impl Current {
    fn new<T>(analysed: &Analysed<T>, candidates: &[Candidate]) -> Current {
        let mut texts = BTreeMap::new();
        for one in candidates {
            let source = &analysed.files[one.fix.file.0 as usize];
            if !texts.contains_key(&one.path)
                && let Ok(text) = source.text()
            {
                texts.insert(one.path.clone(), (source.clone(), Arc::from(text)));
            }
        }
        Current { texts }
    }

    fn with(&self, chosen: &[&Candidate]) -> Attempt {
        let mut attempt = Attempt::default();
        for (path, (source, before)) in &self.texts {
            let fixes: Vec<&Fix> = chosen.iter().filter(|one| one.path == *path).map(|one| &one.fix).collect();
            if fixes.is_empty() {
                continue;
            }
            let edits = together(&fixes);
            let after = spliced(before, &edits);
            if !is_sound(source, before, &after, &edits) {
                attempt.broken.push(path.clone());
            }
            attempt.texts.insert(path.clone(), (source.location.clone(), before.clone(), after.into()));
        }
        attempt
    }
}

/// The edits of those fixes that can be applied together, the first come first.
pub fn compatible(fixes: &[&Fix]) -> Vec<Edit> {
    let mut chosen: Vec<&Fix> = Vec::new();
    for fix in fixes {
        if !chosen.iter().any(|other| touch(other, fix)) {
            chosen.push(fix);
        }
    }
    together(&chosen)
}

/// The edits of fixes that do not touch each other; the same import or variable is written once.
fn together(fixes: &[&Fix]) -> Vec<Edit> {
    let mut edits: Vec<Edit> = fixes.iter().flat_map(|fix| fix.edits.iter().cloned()).collect();
    edits.sort();
    edits.dedup_by(|next, kept| next == kept && kept.introduces.is_some());
    edits
}

fn is_sound(source: &SourceFile, before: &str, after: &str, edits: &[Edit]) -> bool {
    let (Some(old), Some(new)) = (Code::new(before, source), Code::new(after, source)) else { return false };
    leaves_the_rest(&old, &new, edits) && lost_comments(&old, &new).is_empty()
}

fn overlaid(texts: &Texts, attempt: &Attempt) -> Texts {
    let mut texts = texts.clone();
    for (location, _, after) in attempt.texts.values() {
        texts.insert(location.clone(), after.clone());
    }
    texts
}

/// How many findings there are, by rule, file and function.
type Counts = BTreeMap<(String, String, String), usize>;

fn counts<T>(analysed: &Analysed<T>) -> Counts {
    let mut counts = Counts::new();
    for diagnostic in &analysed.found {
        let path = analysed.files[diagnostic.primary.file.0 as usize].path.clone();
        *counts.entry((diagnostic.rule.clone(), path, diagnostic.function.clone())).or_default() += 1;
    }
    counts
}

/// The fixes that may be the reason why a finding has stayed, or one has come.
fn to_blame<T>(before: &Analysed<T>, after: &Analysed<T>, chosen: &[&Candidate]) -> BTreeSet<Key> {
    let mut expected = counts(before);
    for one in chosen {
        if let Some(count) = expected.get_mut(&(one.rule.clone(), one.path.clone(), one.function.clone())) {
            *count = count.saturating_sub(1);
        }
    }
    let mut blamed = BTreeSet::new();
    for (place, count) in counts(after) {
        if count <= expected.get(&place).copied().unwrap_or(0) {
            continue;
        }
        let (_, path, function) = &place;
        let nearest: [&dyn Fn(&&&Candidate) -> bool; 3] =
            [&|one| one.path == *path && one.function == *function, &|one| one.path == *path, &|_| true];
        let keys =
            nearest.iter().map(|is_near| chosen.iter().filter(is_near).map(|one| one.key.clone()).collect::<Vec<_>>());
        blamed.extend(keys.into_iter().find(|keys| !keys.is_empty()).unwrap_or_default());
    }
    blamed
}

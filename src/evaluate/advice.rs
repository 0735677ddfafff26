//! Which advice holds for a file: what its project may not run with is not offered.
//!
//! Knows versions of what the project works with; where nobody names one, it is taken to be the newest.

use super::asked::{Asked, Key};
use super::matching::{self, Candidate};
use crate::model::table::{AdviceRow, Row};
use crate::program::Program;
use crate::rule::{Instead, Message};
use crate::source::FileId;
use crate::version::Gate;

/// Stands in choices for the column by which the rows of the turns differ.
const KEY: &str = "{key}";

/// What stands there where that is not known.
const ANY_KEY: &str = "…";

/// What a row offers instead of many calls: of calls that write, if they do, of what is new, or what was found, if it is
/// known which of them the receiver is, and by what the calls ask for and write.
pub(super) fn of_row(row: &Row, writes: bool, is_new: Option<bool>, asked: &Asked) -> String {
    let for_new = &*row.alternative_for_new;
    let choices: &[&str] = match is_new {
        _ if writes && !row.alternative_for_writes.is_empty() => &[&*row.alternative_for_writes],
        _ if asked.sets_same && !row.alternative_for_same.is_empty() => &[&*row.alternative_for_same],
        _ if matches!(asked.key, Key::Several) && !row.alternative_for_several.is_empty() => {
            &[&*row.alternative_for_several]
        }
        Some(true) if !for_new.is_empty() => &[for_new],
        Some(_) => &[&*row.alternative],
        None => &[for_new, &*row.alternative],
    };
    let key = match &asked.key {
        Key::One(key) => key,
        Key::Unknown | Key::Several => ANY_KEY,
    };
    choices.join(";").replace(KEY, key)
}

/// The choices of an alternative, `;` between them, that hold for a file, as a phrase.
pub(super) fn alternatives(program: &Program, file: FileId, text: &str) -> String {
    let choices = text.split(';').map(str::trim).filter(|choice| !choice.is_empty());
    choices.filter(|choice| is_to_be_had(program, file, choice)).collect::<Vec<_>>().join(", or ").replace(KEY, ANY_KEY)
}

/// What a rule may say for a file instead of its help, whatever the finding.
pub(super) fn instead_anywhere<'r>(program: &Program, file: FileId, message: &'r Message) -> Vec<&'r Instead> {
    let all = message.instead.iter().filter(|instead| instead.conditions.is_none());
    all.filter(|instead| is_for(program, file, instead)).collect()
}

/// What a rule may say of a finding instead of its help.
pub(super) fn instead<'r>(program: &mut Program, candidate: &Candidate, message: &'r Message) -> Vec<&'r Instead> {
    let all = message.instead.iter().filter(|instead| {
        is_for(program, candidate.file, instead)
            && instead.conditions.as_ref().is_none_or(|wanted| matching::holds(program, candidate, wanted, true))
    });
    all.collect()
}

fn is_for(program: &Program, file: FileId, instead: &Instead) -> bool {
    let language = crate::lang::all()[program.file(file).source.language].profile().name;
    (instead.language.is_empty() || instead.language == language) && holds(program, file, &instead.gate)
}

/// Does the project have all that a choice names?
fn is_to_be_had(program: &Program, file: FileId, choice: &str) -> bool {
    let resolver = program.resolvers[program.file(file).source.language].as_ref();
    let Some(resolver) = resolver else { return true };
    resolver.models().advice().iter().filter(|(name, _)| names(choice, name)).all(|(_, AdviceRow { since, until })| {
        // Tables with another form are not read.
        Gate::parse(since, until).is_ok_and(|gate| holds(program, file, &gate))
    })
}

pub(super) fn holds(program: &Program, file: FileId, gate: &Gate) -> bool {
    let source = &program.file(file).source;
    program.requirements.get(source.language).is_some_and(|requirements| gate.holds(requirements, &source.path))
}

/// Does a text name this, and not only what starts or ends like it?
fn names(text: &str, name: &str) -> bool {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    text.match_indices(name)
        .any(|(at, _)| !text[..at].ends_with(is_part) && !text[at + name.len()..].starts_with(is_part))
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn names_are_whole() {
        assert!(names("asyncio.to_thread(input)", "asyncio.to_thread"));
        assert!(names("a static LazyLock<Regex>", "LazyLock"));
        assert!(!names("abulk_create", "bulk_create") && !names("LazyLocks", "LazyLock"));
    }
}

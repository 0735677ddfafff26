//! Statements in SQL: what is wrong with them, and which columns of the program's tables they ask for in vain for an
//! index.

use rustc_hash::FxHashMap;

use super::finding::{self, QuerySite, TableWords};
use super::propose;
use crate::diagnostic::{Diagnostic, Set};
use crate::effect::{Effect, EffectSet};
use crate::facts::*;
use crate::program::{FunctionRef, Program, ProgramFile, Standing, TableOrigin};
use crate::rule::Rule;
use crate::rule::condition::Conditions;
use crate::source::FileId;
use crate::sql::schema::{Table, is_small};
use crate::sql::{self, Verb};
use crate::sql::{Database, Definition, Flaw, Lookup, Statement};

/// Effects of calls that send a statement, or get one ready.
const SENDS: &[Effect] = &[Effect::DbQuery, Effect::DbWrite, Effect::Compiles];

/// Holds rules about statements against a call.
pub fn check(program: &Program, rules: &[&Rule], file: FileId, call: CallId, found: &mut Vec<Diagnostic>) {
    let facts = &program.file(file).facts;
    if facts.statements.is_empty() {
        return;
    }
    let Some(sent) = facts.sent(call) else { return };
    let is_definition = sql::verb(&facts.strings[sent.string.0 as usize]) == Some(Verb::Other);
    if !is_definition && !program.resolved(file, call).effects.meets(EffectSet::of(SENDS)) {
        return;
    }
    let Some(statement) = facts.statement(sent.string) else { return };
    for rule in rules {
        let Some(subject) = &rule.subject.sql else { continue };
        let flaws = statement.flaws.iter().filter(|flaw| flaw.kind == subject.check);
        let mut flaws = flaws.filter(|flaw| {
            let found = Found { file, statement, flaw };
            holds(program, &found, &rule.conditions, true) && !holds(program, &found, &rule.exceptions, false)
        });
        let Some(flaw) = flaws.next() else { continue };
        let mut finding = finding::of_sql(program, rule, file, sent, flaw);
        if holds(program, &Found { file, statement, flaw }, &rule.only_likely, false) {
            finding.set = Set::Likely;
        }
        finding.proposals = propose::for_place(program, rule, file, sent.span);
        found.push(finding);
    }
}

/// A flaw, and where it is.
struct Found<'f> {
    file: FileId,
    statement: &'f Statement,
    flaw: &'f Flaw,
}

impl Found<'_> {
    /// Does the file of the statement make the table that it is about?
    fn is_about_new_table(&self, program: &Program) -> bool {
        let statements = &program.file(self.file).facts.statements;
        statements
            .iter()
            .flat_map(|(_, statement)| &statement.definitions)
            .any(|definition| matches!(definition, Definition::Table { name, .. } if *name == self.flaw.table))
    }
}

/// With `all`: do all given conditions hold of a flaw of a statement? Without: does one?
fn holds(program: &Program, found: &Found, conditions: &Conditions, all: bool) -> bool {
    let schema = &program.schema;
    let Found { file, statement, flaw } = found;
    let facts = [
        (conditions.migration, super::is_migration(program.file(*file))),
        (conditions.known_table, schema.table(&flaw.table).is_some()),
        (conditions.new_table, found.is_about_new_table(program)),
        (conditions.for_postgresql, schema.database_of(&flaw.table) == Some(Database::PostgreSql)),
        (conditions.small_table, is_small(&flaw.table)),
        (conditions.indexed, schema.is_indexed(&flaw.table, &flaw.column)),
        (conditions.served, schema.serves_another(&statement.lookups, &flaw.table, &flaw.column)),
        (conditions.special_index, schema.has_special_index(&flaw.table, &flaw.column)),
    ];
    let mut asked = facts.into_iter().filter_map(|(wanted, is_so)| Some(wanted? == is_so));
    if all { asked.all(|holds| holds) } else { asked.any(|holds| holds) }
}

/// Columns that rows are looked up by without an index, and where.
#[derive(Default)]
pub struct Unserved<'r> {
    /// In the order in which they were found.
    columns: Vec<Asked<'r>>,
    by_name: FxHashMap<(String, String), usize>,
}

struct Asked<'r> {
    table: String,
    column: String,
    rules: Vec<&'r Rule>,
    sites: Vec<QuerySite>,
    /// Are rows looked up by a value anywhere?
    by_value: bool,
}

impl<'r> Unserved<'r> {
    /// Notes what the calls of a file ask for.
    pub fn note(&mut self, program: &Program, rules: &[&'r Rule], file: FileId, include_tests: bool) {
        if program.schema.is_empty() {
            return;
        }
        let facts = &program.file(file).facts;
        let is_wanted = |call: CallId| include_tests || !super::is_test(program, file, call);
        if !facts.statements.is_empty() {
            for call in (0..facts.calls.len() as u32).map(CallId).filter(|call| is_wanted(*call)) {
                for (span, string) in given(program, file, call) {
                    let Some(statement) = facts.statement(string) else { continue };
                    self.add_all(program, rules, QuerySite { file, call, span }, &statement.lookups);
                }
            }
        }
        let first = program.lookups.partition_point(|own| own.file < file);
        let own = program.lookups[first..].iter().take_while(|own| own.file == file);
        for lookup in own.filter(|own| is_wanted(own.call)) {
            let span = facts.call(lookup.call).name_span;
            self.add_all(program, rules, QuerySite { file, call: lookup.call, span }, &lookup.lookups);
        }
    }

    fn add_all(&mut self, program: &Program, rules: &[&'r Rule], site: QuerySite, lookups: &[Lookup]) {
        for lookup in lookups {
            let is_asked = |column: &str| self.by_name.contains_key(&(lookup.table.to_string(), column.to_owned()));
            let Some((column, by_value)) = program.schema.unserved(lookups, lookup, is_asked) else { continue };
            self.add(rules, site, &lookup.table, column, by_value);
        }
    }

    fn add(&mut self, rules: &[&'r Rule], site: QuerySite, table: &str, column: &str, by_value: bool) {
        let key = (table.to_owned(), column.to_owned());
        let at = *self.by_name.entry(key).or_insert(self.columns.len());
        if at == self.columns.len() {
            let (table, column) = (table.to_owned(), column.to_owned());
            self.columns.push(Asked { table, column, rules: rules.to_vec(), sites: Vec::new(), by_value: false });
        }
        let asked = &mut self.columns[at];
        asked.by_value |= by_value;
        if !asked.sites.iter().any(|known| (known.file, known.span) == (site.file, site.span)) {
            asked.sites.push(site);
        }
    }

    /// One finding for each column.
    pub fn findings(mut self, program: &Program) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for asked in &mut self.columns {
            // The first place speaks for all: one that runs often.
            asked.sites.sort_by_key(|site| frequency(program, site));
            let Some(table) = program.schema.table(&asked.table) else { continue };
            for rule in &asked.rules {
                let words = words(table, asked);
                let Some(mut finding) = finding::of_table(program, rule, &asked.sites, words) else { continue };
                // How many rows a range has, nobody knows; and what is run by hand, or seldom, may wait.
                let is_seldom = asked.sites.iter().all(|site| frequency(program, site) == Frequency::Seldom);
                if !asked.by_value || is_seldom {
                    finding.set = finding.set.max(Set::Likely);
                }
                found.push(finding);
            }
        }
        found
    }
}

/// How often a query is sent, as far as the program tells.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Frequency {
    Often,
    Unsaid,
    Seldom,
}

fn frequency(program: &Program, site: &QuerySite) -> Frequency {
    let ProgramFile { source, is_script, facts, .. } = program.file(site.file);
    let function = facts.scope(facts.call(site.call).scope).function;
    let FunctionRef(reference) = program.function_ref(site.file, function);
    let is_run_by_hand = *is_script || crate::lang::all()[source.language].is_run_by_hand(&source.path);
    match program.standings[reference as usize] {
        _ if is_run_by_hand || program.at_start[reference as usize] => Frequency::Seldom,
        Standing::Seldom | Standing::Action => Frequency::Seldom,
        Standing::Served => Frequency::Often,
        Standing::Unsaid => Frequency::Unsaid,
    }
}

fn words(table: &Table<TableOrigin>, asked: &Asked) -> TableWords {
    let origin = &table.place;
    let column = table.spelled(&asked.column);
    let index = match origin.index.is_empty() {
        true => {
            let concurrently = match table.database {
                Some(Database::PostgreSql) => "CONCURRENTLY ",
                _ => "",
            };
            let name = format!("{}_{}_idx", asked.table, asked.column);
            format!("CREATE INDEX {concurrently}{name} ON {} ({column})", table.spelled)
        }
        false => origin.index.replace("{column}", column),
    };
    let table = if origin.class.is_empty() { unquoted(&table.spelled) } else { origin.class.clone() };
    TableWords { table, column: unquoted(column), index, place: origin.place }
}

/// A name without the quotes that statements need, as people read it.
fn unquoted(name: &str) -> String {
    name.replace(['"', '`', '[', ']'], "")
}

/// The statements that a call is given, unless it is known to do something else with them.
fn given(program: &Program, file: FileId, call: CallId) -> Vec<(crate::source::Span, crate::syntax::StringId)> {
    let facts = &program.file(file).facts;
    let resolved = program.resolved(file, call);
    if resolved.row().is_some() && !resolved.effects.meets(EffectSet::of(SENDS)) {
        // `query("…")` only gets it ready; who sends it has it as well.
        return Vec::new();
    }
    if let Some(sent) = facts.sent(call).filter(|_| resolved.row().is_some()) {
        return vec![(sent.span, sent.string)];
    }
    let arguments = facts.arguments_of(facts.call(call)).iter();
    arguments.filter_map(|argument| Some((argument.span, facts.literal(argument.origin)?))).collect()
}

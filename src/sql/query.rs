//! Statements that work on rows: by what they look them up, and what is wrong with them.
//!
//! Knows no schema: a column without the name of its table belongs to the only table there is, or to nobody.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};
use sqlparser::ast::{
    AlterColumnOperation, AlterTable, AlterTableOperation, BinaryOperator, Delete, Expr, FromTable, Function,
    FunctionArg, FunctionArgExpr, FunctionArguments, GroupByExpr, JoinConstraint, JoinOperator, LimitClause,
    ObjectName, OrderByKind, Query, Select, SelectItem, SetExpr, Statement as Parsed, TableConstraint, TableFactor,
    TableWithJoins, Update, UpdateTableFromKind, Value, Visit, Visitor, visit_expressions,
};

use super::Statement;
use super::text::NAME;

/// Rows that a statement looks up in one table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lookup {
    /// The table, in lower case, without its schema.
    pub table: Box<str>,
    /// What each row has to meet, all of it.
    pub terms: Vec<Term>,
    /// The column that the rows are ordered by first, where only the first of them are wanted.
    pub first_by: Option<Box<str>>,
    /// Are rows wanted only up to a limit?
    pub is_limited: bool,
}

/// What a row has to meet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// The column, in lower case.
    pub column: Box<str>,
    /// In which way it is asked for.
    pub kind: TermKind,
}

/// Ways in which a column is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TermKind {
    /// It equals a value, or one of a list.
    Equal,
    /// It is larger or smaller than a value.
    Range,
    /// It equals a column of another table that the statement joins: the number of the lookup in that.
    Joined(u32),
    /// Anything else that an index may serve: a part of it, nothing, what another query gives.
    Other,
}

/// Something in a statement that costs more than it has to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flaw {
    /// What.
    pub kind: FlawKind,
    /// The table, in lower case, where it is about one.
    pub table: Box<str>,
    /// The column, in lower case, where it is about one.
    pub column: Box<str>,
    /// The code in question, as the parser writes it.
    pub code: Box<str>,
}

/// Kinds of flaws.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FlawKind {
    /// It selects all columns of a table.
    SelectStar,
    /// It looks for a text that may begin with anything.
    LeadingWildcard,
    /// It skips rows by their number.
    DeepOffset,
    /// It compares what a function makes of a column.
    FunctionOnColumn,
    /// It leaves out what a subquery gives, by `NOT IN`.
    NotInSubquery,
    /// It orders all rows by chance.
    OrderByRandom,
    /// It combines every row of a table with every row of another.
    CrossJoin,
    /// It lists very many values.
    LongInList,
    /// It counts rows to learn whether there are any.
    CountToTest,
    /// It runs a subquery for each row.
    CorrelatedSubquery,
    /// It changes or deletes all rows of a table.
    WriteWithoutCondition,
    /// It reads all rows of a table.
    UnboundedSelect,
    /// It orders by the distance to a value.
    NearestNeighbour,
    /// It goes through all rows of a table that nobody writes to meanwhile.
    LockedTable,
}

/// Lists with more values than this are long.
const LONG_LIST: usize = 1000;
/// Whoever skips more rows than this reads far more than it gives.
const DEEP: u64 = 1000;
/// Functions that give chance.
const RANDOM: &[&str] = &["random", "rand", "newid"];
/// Functions that make one row of many.
const AGGREGATES: &[&str] = &[
    "count",
    "sum",
    "min",
    "max",
    "avg",
    "array_agg",
    "string_agg",
    "group_concat",
    "json_agg",
    "jsonb_agg",
    "bool_or",
    "bool_and",
    "total",
    "every",
];
/// Operators of distance that the parser has no names for.
const DISTANCES: &[&str] = &["<->", "<=>", "<#>", "<+>"];

/// Adds what is known of a statement.
pub(super) fn read(statement: &Parsed, found: &mut Statement) {
    match statement {
        Parsed::Query(query) => whole_query(query, found),
        Parsed::Update(update) => of_update(update, found),
        Parsed::Delete(delete) => of_delete(delete, found),
        Parsed::Insert(_) => {}
        Parsed::CreateIndex(create) if !create.concurrently => {
            let code = format!("CREATE INDEX … ON {}", create.table_name);
            return add_flaw(found, FlawKind::LockedTable, &name_of(&create.table_name), "", &code);
        }
        Parsed::AlterTable(alter) => return of_changes(alter, found),
        // What a definition says is not asked now.
        _ => return,
    }
    let mut reader = Reader { found, tail: Tail::default(), opaque: Vec::new() };
    let ControlFlow::Continue(()) = statement.visit(&mut reader) else { return };
}

/// What a query as a whole does with the rows of its tables.
fn whole_query(query: &Query, found: &mut Statement) {
    if body_selects_star(&query.body) {
        found.flaws.push(Flaw { kind: FlawKind::SelectStar, table: "".into(), column: "".into(), code: "*".into() });
    }
    let SetExpr::Select(select) = &*query.body else { return };
    let is_bounded = query.limit_clause.is_some()
        || query.fetch.is_some()
        || select.top.is_some()
        || select.selection.is_some()
        || select.having.is_some()
        || select.distinct.is_some()
        || is_grouped(&select.group_by)
        || select.projection.iter().any(is_aggregate);
    if let [TableWithJoins { relation, joins }] = &select.from[..]
        && joins.is_empty()
        && let Some(table) = name_of_table(relation)
        && query.with.is_none()
        && !is_bounded
    {
        found.flaws.push(flaw_of_table(FlawKind::UnboundedSelect, table));
    }
}

fn flaw_of_table(kind: FlawKind, table: String) -> Flaw {
    Flaw { kind, code: table.as_str().into(), table: table.into(), column: "".into() }
}

fn is_grouped(group_by: &GroupByExpr) -> bool {
    !matches!(group_by, GroupByExpr::Expressions(expressions, _) if expressions.is_empty())
}

fn is_aggregate(item: &SelectItem) -> bool {
    let (SelectItem::UnnamedExpr(expression) | SelectItem::ExprWithAlias { expr: expression, .. }) = item else {
        return false;
    };
    contains(
        expression,
        |inner| matches!(inner, Expr::Function(function) if AGGREGATES.contains(&name_of(&function.name).as_str())),
    )
}

fn body_selects_star(body: &SetExpr) -> bool {
    match body {
        SetExpr::Select(select) => {
            let is_star =
                |item: &SelectItem| matches!(item, SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..));
            // `SELECT * FROM (SELECT a, b …)` names its columns inside.
            let from_table = select.from.iter().any(|table| matches!(table.relation, TableFactor::Table { .. }));
            from_table && select.projection.iter().any(is_star)
        }
        SetExpr::Query(query) => body_selects_star(&query.body),
        SetExpr::SetOperation { left, right, .. } => body_selects_star(left) || body_selects_star(right),
        _ => false,
    }
}

fn of_update(update: &Update, found: &mut Statement) {
    let Some(table) = name_of_table(&update.table.relation) else { return };
    let joined = match &update.from {
        Some(UpdateTableFromKind::BeforeSet(tables) | UpdateTableFromKind::AfterSet(tables)) => &tables[..],
        None => &[],
    };
    let is_alone = joined.is_empty() && update.table.joins.is_empty();
    match &update.selection {
        None if is_alone && update.limit.is_none() => {
            found.flaws.push(flaw_of_table(FlawKind::WriteWithoutCondition, table));
        }
        None => {}
        Some(selection) => {
            let tables: Vec<&TableWithJoins> = std::iter::once(&update.table).chain(joined).collect();
            Sources::new(&tables, &[]).lookups(Some(selection), &Tail::default(), found);
        }
    }
}

/// Changes to a table for which all of its rows are read or written anew.
fn of_changes(alter: &AlterTable, found: &mut Statement) {
    let table = name_of(&alter.name);
    for operation in &alter.operations {
        let is_locking = match operation {
            AlterTableOperation::AddConstraint { not_valid: true, .. } => false,
            AlterTableOperation::AddConstraint { constraint, .. } => matches!(
                constraint,
                TableConstraint::ForeignKey(_) | TableConstraint::Check(_) | TableConstraint::Unique(_)
            ),
            AlterTableOperation::AlterColumn { op: AlterColumnOperation::SetDataType { .. }, .. } => true,
            _ => false,
        };
        if is_locking {
            add_flaw(found, FlawKind::LockedTable, &table, "", &cut(operation.to_string()));
        }
    }
}

fn of_delete(delete: &Delete, found: &mut Statement) {
    let (FromTable::WithFromKeyword(from) | FromTable::WithoutKeyword(from)) = &delete.from;
    let using = delete.using.as_deref().unwrap_or(&[]);
    match (&delete.selection, from.as_slice()) {
        (None, [TableWithJoins { relation, joins }]) if joins.is_empty() && using.is_empty() => {
            let table = name_of_table(relation).filter(|_| delete.limit.is_none());
            found.flaws.extend(table.map(|table| flaw_of_table(FlawKind::WriteWithoutCondition, table)));
        }
        (None, _) => {}
        (Some(selection), from) => {
            let tables: Vec<&TableWithJoins> = from.iter().chain(using).collect();
            Sources::new(&tables, &[]).lookups(Some(selection), &Tail::default(), found);
        }
    }
}

/// What stands behind the body of a query.
#[derive(Clone, Debug, Default)]
struct Tail {
    order: Option<Expr>,
    is_limited: bool,
}

/// Goes through all queries of a statement.
struct Reader<'f> {
    found: &'f mut Statement,
    /// Of the query whose body comes next.
    tail: Tail,
    /// Names of common table expressions.
    opaque: Vec<String>,
}

impl Visitor for Reader<'_> {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        if let Some(with) = &query.with {
            self.opaque.extend(with.cte_tables.iter().map(|table| table.alias.name.value.to_lowercase()));
        }
        let order = query.order_by.as_ref().and_then(|order| match &order.kind {
            OrderByKind::Expressions(expressions) => expressions.first().map(|first| first.expr.clone()),
            OrderByKind::All(_) => None,
        });
        if let Some(order) = &order {
            self.order(order, query);
        }
        self.offset(query);
        let is_limited = match &query.limit_clause {
            Some(LimitClause::LimitOffset { limit, .. }) => limit.is_some(),
            Some(LimitClause::OffsetCommaLimit { .. }) => true,
            None => query.fetch.is_some(),
        };
        self.tail = match &*query.body {
            SetExpr::Select(_) => Tail { order, is_limited },
            _ => Tail::default(),
        };
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<()> {
        let tail = std::mem::take(&mut self.tail);
        let tables: Vec<&TableWithJoins> = select.from.iter().collect();
        let sources = Sources::new(&tables, &self.opaque);
        self.correlated(select, &sources);
        sources.flaws(select, self.found);
        // Only the first groups of all are the first rows of none.
        let is_grouped = is_grouped(&select.group_by) || select.distinct.is_some();
        let tail = if is_grouped { Tail::default() } else { tail };
        sources.lookups(select.selection.as_ref(), &tail, self.found);
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expression: &Expr) -> ControlFlow<()> {
        match expression {
            Expr::InSubquery { negated: true, subquery, .. } if !gives_one_row(subquery) => {
                let table = table_of(subquery).unwrap_or_default();
                self.flaw(FlawKind::NotInSubquery, &table, "", &short(expression));
            }
            Expr::InList { list, expr, .. } if list.len() > LONG_LIST => {
                self.flaw(FlawKind::LongInList, "", "", &format!("{expr} IN ({} values)", list.len()));
            }
            Expr::BinaryOp { left, op, right } if self.counts_to_test(left, op, right) => {
                self.flaw(FlawKind::CountToTest, "", "", &short(expression));
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

impl Reader<'_> {
    fn flaw(&mut self, kind: FlawKind, table: &str, column: &str, code: &str) {
        add_flaw(self.found, kind, table, column, code);
    }

    fn order(&mut self, order: &Expr, query: &Query) {
        let table = table_of(query).unwrap_or_default();
        match order {
            Expr::Function(function) if RANDOM.contains(&name_of(&function.name).as_str()) => {
                self.flaw(FlawKind::OrderByRandom, &table, "", &order.to_string());
            }
            Expr::BinaryOp { left, op, .. }
                if query.limit_clause.is_some() && DISTANCES.contains(&op.to_string().as_str()) =>
            {
                let column = column_of(left).map(|(_, column)| column).unwrap_or_default();
                self.flaw(FlawKind::NearestNeighbour, &table, &column, &order.to_string());
            }
            _ => {}
        }
    }

    fn offset(&mut self, query: &Query) {
        let offset = match &query.limit_clause {
            Some(LimitClause::LimitOffset { offset: Some(offset), .. }) => &offset.value,
            Some(LimitClause::OffsetCommaLimit { offset, .. }) => offset,
            _ => return,
        };
        let is_deep = match offset {
            Expr::Value(value) => match &value.value {
                Value::Number(number, _) => number.parse::<u64>().is_ok_and(|number| number > DEEP),
                Value::Placeholder(_) => true,
                _ => false,
            },
            // `(? - 1) * 20`, a parameter by name.
            Expr::Identifier(name) => name.value.starts_with(['@', ':']),
            _ => contains(
                offset,
                |inner| matches!(inner, Expr::Value(value) if matches!(value.value, Value::Placeholder(_))),
            ),
        };
        if is_deep {
            let table = table_of(query).unwrap_or_default();
            self.flaw(FlawKind::DeepOffset, &table, "", &format!("OFFSET {offset}"));
        }
    }

    /// `(SELECT count(*) …) > 0`, of a table.
    fn counts_to_test(&self, left: &Expr, operator: &BinaryOperator, right: &Expr) -> bool {
        let number = match right {
            Expr::Value(value) => match &value.value {
                Value::Number(number, _) => number.parse::<u64>().ok(),
                _ => None,
            },
            _ => None,
        };
        let asks_for_any = matches!(
            (operator, number),
            (BinaryOperator::Gt | BinaryOperator::Eq | BinaryOperator::NotEq, Some(0))
                | (BinaryOperator::GtEq | BinaryOperator::Lt, Some(1))
        );
        let Expr::Subquery(query) = left else { return false };
        let is_of_table = || table_of(query).is_some_and(|table| !self.opaque.contains(&table));
        asks_for_any && counts_rows(query) && is_of_table()
    }

    /// Subqueries in the list of what is selected that hang on the row.
    fn correlated(&mut self, select: &Select, sources: &Sources) {
        let outer: Vec<String> = sources.list.iter().map(|source| source.name.clone()).collect();
        // One row has one subquery.
        let is_one_row = select.projection.iter().any(is_aggregate_itself);
        for item in &select.projection {
            let (SelectItem::UnnamedExpr(expression) | SelectItem::ExprWithAlias { expr: expression, .. }) = item
            else {
                continue;
            };
            let Expr::Subquery(query) = expression else { continue };
            let SetExpr::Select(inner) = &*query.body else { continue };
            let tables: Vec<&TableWithJoins> = inner.from.iter().collect();
            let own: Vec<String> = Sources::new(&tables, &[]).list.iter().map(|source| source.name.clone()).collect();
            let hangs = inner.selection.as_ref().is_some_and(|selection| {
                contains(selection, |part| {
                    column_of(part).is_some_and(|(table, _)| {
                        table.is_some_and(|table| outer.contains(&table) && !own.contains(&table))
                    })
                })
            });
            if hangs && !is_one_row && !inner.from.is_empty() {
                let table = table_of(query).unwrap_or_default();
                self.flaw(FlawKind::CorrelatedSubquery, &table, "", &short(expression));
            }
        }
    }
}

fn is_aggregate_itself(item: &SelectItem) -> bool {
    let (SelectItem::UnnamedExpr(expression) | SelectItem::ExprWithAlias { expr: expression, .. }) = item else {
        return false;
    };
    matches!(expression, Expr::Function(function) if function.over.is_none() && AGGREGATES.contains(&name_of(&function.name).as_str()))
}

fn add_flaw(found: &mut Statement, kind: FlawKind, table: &str, column: &str, code: &str) {
    let flaw = Flaw { kind, table: table.into(), column: column.into(), code: code.into() };
    if !found.flaws.contains(&flaw) {
        found.flaws.push(flaw);
    }
}

/// The code of an expression, cut where nobody reads on.
fn short(expression: &Expr) -> String {
    cut(expression.to_string())
}

fn cut(code: String) -> String {
    const MOST: usize = 60;
    match code.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", &code[..at]),
        None => code,
    }
}

/// Is it `SELECT count(*) FROM …`, without groups?
fn counts_rows(query: &Query) -> bool {
    let SetExpr::Select(select) = &*query.body else { return false };
    let [SelectItem::UnnamedExpr(Expr::Function(function))] = &select.projection[..] else { return false };
    name_of(&function.name) == "count"
        && !is_grouped(&select.group_by)
        && !select.from.is_empty()
        && query.limit_clause.is_none()
        && !is_distinct(function)
}

fn is_distinct(function: &Function) -> bool {
    matches!(&function.args, FunctionArguments::List(list) if list.duplicate_treatment.is_some())
}

/// Does a query give a row at most, or a list of values written down?
fn gives_one_row(query: &Query) -> bool {
    let SetExpr::Select(select) = &*query.body else { return matches!(&*query.body, SetExpr::Values(_)) };
    select.from.is_empty()
        || select.from.iter().all(|table| name_of_table(&table.relation).is_none())
        || select.projection.iter().any(is_aggregate_itself) && !is_grouped(&select.group_by)
}

/// The only table that a query is from.
fn table_of(query: &Query) -> Option<String> {
    let SetExpr::Select(select) = &*query.body else { return None };
    select.from.first().and_then(|table| name_of_table(&table.relation))
}

/// A table's name, without its schema; `None` for whatever else rows come from.
fn name_of_table(factor: &TableFactor) -> Option<String> {
    match factor {
        TableFactor::Table { name, args: None, .. } => Some(name_of(name)).filter(|name| !is_hole(name)),
        _ => None,
    }
}

fn is_hole(name: &str) -> bool {
    name.contains(NAME) || name.starts_with('$') || name.is_empty()
}

/// The last part of a name, in lower case.
pub(super) fn name_of(name: &ObjectName) -> String {
    let last = name.0.last().and_then(|part| part.as_ident());
    last.map_or_else(String::new, |ident| ident.value.to_lowercase())
}

/// The table and the column that an expression is, as they are written, in lower case.
fn column_of(expression: &Expr) -> Option<(Option<String>, String)> {
    match expression {
        Expr::Identifier(name) if !name.value.starts_with(['@', ':', '$']) && !is_hole(&name.value) => {
            Some((None, name.value.to_lowercase()))
        }
        Expr::CompoundIdentifier(parts) => {
            let [.., table, column] = &parts[..] else { return None };
            let hole = is_hole(&table.value) || is_hole(&column.value);
            (!hole).then(|| (Some(table.value.to_lowercase()), column.value.to_lowercase()))
        }
        Expr::Nested(inner) => column_of(inner),
        _ => None,
    }
}

/// Is there such an expression in another?
fn contains(expression: &Expr, is_it: impl Fn(&Expr) -> bool) -> bool {
    visit_expressions(expression, |inner| match is_it(inner) {
        true => ControlFlow::Break(()),
        false => ControlFlow::Continue(()),
    })
    .is_break()
}

/// The conditions that all have to hold.
fn conjuncts<'e>(expression: &'e Expr, into: &mut Vec<&'e Expr>) {
    match expression {
        Expr::BinaryOp { left, op: BinaryOperator::And, right } => {
            conjuncts(left, into);
            conjuncts(right, into);
        }
        Expr::Nested(inner) => conjuncts(inner, into),
        other => into.push(other),
    }
}

/// Where the rows of one select come from.
struct Sources<'s> {
    list: Vec<Source>,
    /// Conditions of its joins.
    conditions: Vec<&'s Expr>,
    /// Columns that joins have in common: the numbers of the two sources, and the column.
    shared: Vec<(usize, usize, String)>,
    /// The sources that stand beside each other with a comma between them, by the first of each.
    is_implicit: bool,
}

/// A table, or something else that gives rows.
struct Source {
    /// What its columns are called by.
    name: String,
    /// The table; `None` for a subquery, a function and the like.
    table: Option<String>,
}

impl<'s> Sources<'s> {
    fn new(tables: &[&'s TableWithJoins], opaque: &[String]) -> Sources<'s> {
        let is_implicit = tables.len() > 1 && tables.iter().all(|table| table.joins.is_empty());
        let mut sources = Sources { list: Vec::new(), conditions: Vec::new(), shared: Vec::new(), is_implicit };
        for table in tables {
            sources.add(&table.relation, opaque);
            for join in &table.joins {
                sources.add(&join.relation, opaque);
                sources.constrain(&join.join_operator);
            }
        }
        sources
    }

    fn add(&mut self, factor: &TableFactor, opaque: &[String]) {
        let table = name_of_table(factor).filter(|table| !opaque.contains(table));
        let (TableFactor::Table { alias, .. } | TableFactor::Derived { alias, .. }) = factor else {
            return self.list.push(Source { name: String::new(), table: None });
        };
        let alias = alias.as_ref().map(|alias| alias.name.value.to_lowercase());
        let own = name_of_table(factor).unwrap_or_default();
        self.list.push(Source { name: alias.unwrap_or(own), table });
    }

    fn constrain(&mut self, operator: &'s JoinOperator) {
        let (JoinOperator::Join(constraint)
        | JoinOperator::Inner(constraint)
        | JoinOperator::Left(constraint)
        | JoinOperator::LeftOuter(constraint)
        | JoinOperator::Right(constraint)
        | JoinOperator::RightOuter(constraint)
        | JoinOperator::StraightJoin(constraint)) = operator
        else {
            return;
        };
        match constraint {
            JoinConstraint::On(condition) => self.conditions.push(condition),
            JoinConstraint::Using(columns) if self.list.len() == 2 => {
                self.shared.extend(columns.iter().map(|column| (0, 1, name_of(column))));
            }
            _ => {}
        }
    }

    /// The number of the source of a column.
    fn of_column(&self, table: Option<&str>) -> Option<usize> {
        match table {
            Some(table) => {
                let mut own = self.list.iter().enumerate().filter(|(_, source)| source.name == table);
                own.next().filter(|_| own.next().is_none()).map(|(number, _)| number)
            }
            None => (self.list.len() == 1).then_some(0),
        }
    }

    fn column(&self, expression: &Expr) -> Option<(usize, String)> {
        let (table, column) = column_of(expression)?;
        Some((self.of_column(table.as_deref())?, column))
    }

    /// Adds what the rows of each table have to meet.
    fn lookups(&self, selection: Option<&Expr>, tail: &Tail, found: &mut Statement) {
        let first = found.lookups.len() as u32;
        let mut conditions = Vec::new();
        self.conditions.iter().copied().chain(selection).for_each(|condition| conjuncts(condition, &mut conditions));
        let mut terms: Vec<Vec<Term>> = self.list.iter().map(|_| Vec::new()).collect();
        for condition in conditions {
            self.terms(condition, first, &mut terms);
        }
        for (one, other, column) in &self.shared {
            for (from, to) in [(one, other), (other, one)] {
                let kind = TermKind::Joined(first + *to as u32);
                terms[*from].push(Term { column: column.as_str().into(), kind });
            }
        }
        let order = tail.order.as_ref().and_then(|order| self.column(order)).filter(|_| tail.is_limited);
        for (number, terms) in terms.into_iter().enumerate() {
            let first_by = order.as_ref().filter(|(own, _)| *own == number).map(|(_, column)| column.as_str().into());
            let table = self.list[number].table.as_deref().unwrap_or("").into();
            // What other lookups count by stays, even where nothing is known of it.
            found.lookups.push(Lookup { table, terms, first_by, is_limited: tail.is_limited });
        }
    }

    /// What a row has to meet by a condition on several columns at once: `(a, b) = (c, d)`, `(a, b) IN (SELECT …)`. `false`: it
    /// is another condition.
    fn row_value_terms(&self, condition: &Expr, first: u32, terms: &mut [Vec<Term>]) -> bool {
        match condition {
            Expr::BinaryOp { left, op: BinaryOperator::Eq, right } => {
                let (Expr::Tuple(left), Expr::Tuple(right)) = (&**left, &**right) else { return false };
                for (left, right) in left.iter().zip(right) {
                    let (left, right) = (Box::new(left.clone()), Box::new(right.clone()));
                    self.terms(&Expr::BinaryOp { left, op: BinaryOperator::Eq, right }, first, terms);
                }
                true
            }
            Expr::InSubquery { expr, .. } | Expr::InList { expr, .. } => {
                let Expr::Tuple(members) = &**expr else { return false };
                for (source, column) in members.iter().filter_map(|member| self.column(member)) {
                    terms[source].push(Term { column: column.into(), kind: TermKind::Other });
                }
                true
            }
            _ => false,
        }
    }

    /// Adds what one condition asks of the sources.
    fn terms(&self, condition: &Expr, first: u32, terms: &mut [Vec<Term>]) {
        if self.row_value_terms(condition, first, terms) {
            return;
        }
        let mut add = |(source, column): (usize, String), kind| {
            terms[source].push(Term { column: column.into(), kind });
        };
        match condition {
            Expr::BinaryOp { left, op, right } => {
                let kind = match op {
                    BinaryOperator::Eq => TermKind::Equal,
                    BinaryOperator::Gt | BinaryOperator::GtEq | BinaryOperator::Lt | BinaryOperator::LtEq => {
                        TermKind::Range
                    }
                    BinaryOperator::Or => {
                        if let Some(column) = self.alternatives(condition) {
                            let kind = if is_constant(condition) { TermKind::Other } else { TermKind::Equal };
                            add(column, kind);
                        }
                        return;
                    }
                    _ => return,
                };
                match (self.column(left), self.column(right)) {
                    (Some(one), Some(other)) if kind == TermKind::Equal && one.0 != other.0 => {
                        let (left, right) = (first + one.0 as u32, first + other.0 as u32);
                        add(one, TermKind::Joined(right));
                        add(other, TermKind::Joined(left));
                    }
                    (Some(own), None) if is_value(right) => {
                        add(own, if is_constant(right) { TermKind::Other } else { kind })
                    }
                    (None, Some(own)) if is_value(left) => {
                        add(own, if is_constant(left) { TermKind::Other } else { kind })
                    }
                    (Some(own), _) | (_, Some(own)) => add(own, TermKind::Other),
                    (None, None) => {
                        for side in [left, right] {
                            if let Some(column) = self.wrapped(side) {
                                add(column, TermKind::Other);
                            }
                        }
                    }
                }
            }
            Expr::InList { expr, list, negated: false } => {
                if let Some(column) = self.column(expr) {
                    let is_plain = list.iter().all(is_value) && !list.iter().all(is_constant);
                    let kind = if is_plain { TermKind::Equal } else { TermKind::Other };
                    add(column, kind);
                }
            }
            Expr::AnyOp { left, compare_op: BinaryOperator::Eq, right, .. } => match self.column(left) {
                Some(column) if is_value(right) => add(column, TermKind::Equal),
                Some(column) => add(column, TermKind::Other),
                None => {
                    if let Some(column) = self.column(right) {
                        add(column, TermKind::Other);
                    }
                }
            },
            Expr::Between { expr, negated: false, low, high } => {
                if let Some(column) = self.column(expr) {
                    let is_plain = is_value(low) && is_value(high) && !(is_constant(low) && is_constant(high));
                    let kind = if is_plain { TermKind::Range } else { TermKind::Other };
                    add(column, kind);
                }
            }
            Expr::InSubquery { expr, .. }
            | Expr::Like { expr, .. }
            | Expr::ILike { expr, .. }
            | Expr::IsNull(expr)
            | Expr::IsNotNull(expr)
            | Expr::IsTrue(expr)
            | Expr::IsFalse(expr)
            | Expr::InUnnest { expr, .. } => {
                if let Some(column) = self.column(expr).or_else(|| self.wrapped(expr)) {
                    add(column, TermKind::Other);
                }
            }
            Expr::UnaryOp { expr, .. } => {
                if let Some(column) = self.column(expr) {
                    add(column, TermKind::Other);
                }
            }
            _ => {
                if let Some(column) = self.column(condition) {
                    add(column, TermKind::Other);
                }
            }
        }
    }

    /// The column of which all alternatives name a value: `a = 1 OR a = 2`.
    fn alternatives(&self, condition: &Expr) -> Option<(usize, String)> {
        match condition {
            Expr::BinaryOp { left, op: BinaryOperator::Or, right } => {
                let (one, other) = (self.alternatives(left)?, self.alternatives(right)?);
                (one == other).then_some(one)
            }
            Expr::BinaryOp { left, op: BinaryOperator::Eq, right } if is_value(right) => self.column(left),
            Expr::Nested(inner) => self.alternatives(inner),
            _ => None,
        }
    }

    /// The column that a function or a cast is applied to, and nothing else beside values.
    fn wrapped(&self, expression: &Expr) -> Option<(usize, String)> {
        match expression {
            Expr::Function(Function { args: FunctionArguments::List(list), over: None, name, .. }) => {
                if AGGREGATES.contains(&name_of(name).as_str()) {
                    return None;
                }
                let mut column = None;
                for argument in &list.args {
                    let FunctionArg::Unnamed(FunctionArgExpr::Expr(argument)) = argument else { return None };
                    match self.column(argument) {
                        Some(found) if column.is_none() => column = Some(found),
                        Some(_) => return None,
                        None if is_value(argument) => {}
                        None => return None,
                    }
                }
                column
            }
            Expr::Cast { expr, .. }
            | Expr::Extract { expr, .. }
            | Expr::Trim { expr, .. }
            | Expr::Substring { expr, .. } => self.column(expr),
            Expr::Nested(inner) => self.wrapped(inner),
            _ => None,
        }
    }

    /// Adds what is wrong with a select.
    fn flaws(&self, select: &Select, found: &mut Statement) {
        self.cross_join(select, found);
        let mut conditions = Vec::new();
        self.conditions.iter().copied().chain(&select.selection).for_each(|own| conjuncts(own, &mut conditions));
        for condition in &conditions {
            self.condition_flaws(condition, found);
        }
    }

    fn condition_flaws(&self, condition: &Expr, found: &mut Statement) {
        let table = |source: usize| self.list[source].table.clone();
        match condition {
            Expr::Like { expr, pattern, negated: false, .. } | Expr::ILike { expr, pattern, negated: false, .. } => {
                let column = self.column(expr).or_else(|| self.wrapped(expr));
                if let Some((source, column)) = column
                    && let Some(table) = table(source)
                    && begins_with_anything(pattern)
                {
                    add_flaw(found, FlawKind::LeadingWildcard, &table, &column, &short(condition));
                }
            }
            // Each alternative is looked for by itself.
            Expr::BinaryOp { left, op: BinaryOperator::Or, right } => {
                self.condition_flaws(left, found);
                self.condition_flaws(right, found);
            }
            Expr::Nested(inner) => self.condition_flaws(inner, found),
            Expr::BinaryOp { left, op, right } if is_lookup(op) => {
                let wrapped = self.wrapped(left).map(|own| (own, left, right));
                let wrapped = wrapped.or_else(|| self.wrapped(right).map(|own| (own, right, left)));
                if let Some(((source, column), function, value)) = wrapped
                    && is_value(value)
                    && let Some(table) = table(source)
                {
                    add_flaw(found, FlawKind::FunctionOnColumn, &table, &column, &short(function));
                }
            }
            _ => {}
        }
    }

    /// Tables beside each other that no condition links.
    fn cross_join(&self, select: &Select, found: &mut Statement) {
        // One row has nothing to combine: the others count.
        if !self.is_implicit || self.list.iter().any(|source| source.table.is_none()) {
            return;
        }
        let mut group: Vec<usize> = (0..self.list.len()).collect();
        let mut conditions = Vec::new();
        select.selection.iter().for_each(|own| conjuncts(own, &mut conditions));
        for condition in conditions {
            let mut linked = Vec::new();
            let mut is_unclear = false;
            let _ = visit_expressions(condition, |inner: &Expr| {
                is_unclear |= matches!(
                    inner,
                    Expr::Subquery(_) | Expr::InSubquery { .. } | Expr::Exists { .. } | Expr::Function(_)
                );
                if let Some((name, _)) = column_of(inner) {
                    match self.of_column(name.as_deref()) {
                        Some(source) => linked.push(source),
                        None => is_unclear = true,
                    }
                }
                ControlFlow::<()>::Continue(())
            });
            // Who knows which table that column is of?
            if is_unclear {
                return;
            }
            for pair in linked.windows(2) {
                let (one, other) = (group[pair[0]], group[pair[1]]);
                group.iter_mut().filter(|own| **own == other).for_each(|own| *own = one);
            }
        }
        if let Some(apart) = (1..group.len()).find(|number| group[*number] != group[0]) {
            let names = [&self.list[0].table, &self.list[apart].table].map(|table| table.clone().unwrap_or_default());
            add_flaw(found, FlawKind::CrossJoin, &names[1], "", &format!("FROM {}, {}", names[0], names[1]));
        }
    }
}

fn is_lookup(operator: &BinaryOperator) -> bool {
    matches!(
        operator,
        BinaryOperator::Eq | BinaryOperator::Gt | BinaryOperator::GtEq | BinaryOperator::Lt | BinaryOperator::LtEq
    )
}

/// Does an expression hang on no row?
fn is_value(expression: &Expr) -> bool {
    !contains(expression, |inner| {
        let is_column = column_of(inner).is_some();
        let is_name = matches!(inner, Expr::Identifier(_) | Expr::CompoundIdentifier(_));
        // A hole may be a column.
        let is_parameter = matches!(inner, Expr::Identifier(name) if name.value.starts_with(['@', ':', '$']));
        (is_column || is_name) && !is_parameter || matches!(inner, Expr::Subquery(_))
    })
}

/// Is all of it written down? What is compared with a constant holds one of a few values, as far as one can tell.
fn is_constant(expression: &Expr) -> bool {
    !contains(expression, |inner| {
        let is_parameter = match inner {
            Expr::Value(value) => matches!(value.value, Value::Placeholder(_)),
            Expr::Identifier(name) => name.value.starts_with(['@', ':', '$']),
            _ => false,
        };
        is_parameter || matches!(inner, Expr::Function(_) | Expr::Subquery(_))
    })
}

/// `'%x'`, `'%' || x`, `concat('%', x)`.
fn begins_with_anything(pattern: &Expr) -> bool {
    match pattern {
        Expr::Value(value) => match &value.value {
            // A percent sign alone is everything, and a text that is only that was put together.
            Value::SingleQuotedString(text) | Value::DoubleQuotedString(text) => {
                text.starts_with('%') && text.trim_matches('%').chars().next().is_some()
                    || text.starts_with("%") && text.len() == 1
            }
            _ => false,
        },
        Expr::BinaryOp { left, op: BinaryOperator::StringConcat, .. } => begins_with_anything(left),
        Expr::Nested(inner) => begins_with_anything(inner),
        Expr::Function(function) if name_of(&function.name) == "concat" => match &function.args {
            FunctionArguments::List(list) => match list.args.first() {
                Some(FunctionArg::Unnamed(FunctionArgExpr::Expr(first))) => begins_with_anything(first),
                _ => false,
            },
            _ => false,
        },
        _ => false,
    }
}

//! Writes the edits of one fix: finds its patterns, fills in what they stand for, puts brackets where the new code would
//! be read otherwise, keeps comments, and brings in what has to be imported.

use std::collections::BTreeSet;

use super::checking::{self, leaves_the_rest, lost_comments, places, spliced};
use super::code::{Code, Node};
use super::matching::{self, Bindings, Bound, matched};
use crate::diagnostic::{Edit, Fix, Grade, Introduced, Proposal};
use crate::lang::Importing;
use crate::rule::fix::{Action, Anchor, EditRecipe, Recipe};
use crate::rule::pattern::{HoleKind, Pattern, Piece};
use crate::source::{FileId, Span};

/// The words for the call that loads a relation, and for the column that has the key of what is related.
const MEMBERS: [&str; 2] = ["loader", "key"];

/// So often brackets are added until the text is read as it is meant.
const MOST_ROUNDS: usize = 3;

/// What a recipe would make of a finding: its edits, before anybody has read the text that they give.
pub struct Plan<'r> {
    recipe: &'r Recipe,
    proposal: &'r Proposal,
    drafts: Vec<Draft>,
    /// How often brackets were added.
    rounds: usize,
}

/// What became of a plan.
pub enum Verdict {
    /// The text is read as it is meant.
    Holds,
    /// Brackets were added: it has to be looked at again.
    Changed,
    /// It is not read as it is meant.
    Fails,
}

impl<'r> Plan<'r> {
    /// What a recipe makes of a finding, if the text is what it is for.
    pub fn new(code: &Code, recipe: &'r Recipe, proposal: &'r Proposal) -> Option<Plan<'r>> {
        let mut bindings = given(code, proposal);
        let accept = |bindings: &Bindings| {
            let is_wanted = |(hole, texts): &(String, Vec<String>)| {
                bindings.get(hole).is_none_or(|bound| texts.contains(&bound.text))
            };
            recipe.only.iter().all(is_wanted)
        };
        let mut found = Vec::new();
        for edit in &recipe.edits {
            found.push(match edit.action.found() {
                Some(pattern) if edit.at != Anchor::Uses => {
                    let (place, bound) = place_of(code, edit, pattern, proposal, &bindings, &accept)?;
                    bindings = bound;
                    Some(place)
                }
                _ => None,
            });
        }
        let of = |hole: &String| bindings.get(hole);
        let is_alone = recipe.once.iter().all(|hole| of(hole).is_some_and(|bound| is_once(code, proposal, bound)))
            && recipe.declared.iter().all(|hole| of(hole).is_some_and(|bound| is_declared(code, proposal, bound)));
        if !is_alone || !are_apart(recipe, &bindings) {
            return None;
        }
        let scope = code.function_around(proposal.call).unwrap_or(Span::new(0, code.text.len()));
        for (name, made_of) in &recipe.new {
            let wish = filled(made_of, &bindings)?;
            let in_capitals = name.chars().all(|letter| !letter.is_lowercase());
            let text = unused_name(code, scope, &wish, in_capitals);
            bindings.insert(name.clone(), Bound { text, lines: None, span: None, is_expression: false });
        }
        let mut drafts = Vec::new();
        for (edit, place) in recipe.edits.iter().zip(found) {
            match &edit.action {
                Action::Find(_) => continue,
                Action::Replace(from, _) if edit.at == Anchor::Uses => {
                    drafts.extend(drafts_of_uses(code, edit, from, proposal, &bindings, &accept)?);
                }
                _ => {
                    let mut draft = draft(code, edit, proposal, &bindings, place)?;
                    if is_moved_past_its_making(code, edit, &draft, proposal, &bindings, recipe) {
                        return None;
                    }
                    draft.introduces = introduced(edit, recipe, &bindings);
                    drafts.push(draft);
                }
            }
        }
        drafts.sort_by_key(|draft| (draft.span.start, draft.span.end));
        let is_apart = |pair: &[Draft]| !checking::overlap(&pair[0].edit(), &pair[1].edit());
        drafts.windows(2).all(is_apart).then_some(Plan { recipe, proposal, drafts, rounds: 0 })
    }

    /// Its edits.
    pub fn edits(&self) -> impl Iterator<Item = Edit> {
        self.drafts.iter().map(Draft::edit)
    }

    /// Looks at the text that plans give together: all that is not in their edits has to be as before.
    pub fn check(code: &Code, plans: &mut [&mut Plan]) -> Vec<Verdict> {
        let mut drafts: Vec<(usize, &mut Draft)> = Vec::new();
        for (number, plan) in plans.iter_mut().enumerate() {
            plan.rounds += 1;
            drafts.extend(plan.drafts.iter_mut().map(|draft| (number, draft)));
        }
        drafts.sort_by_key(|(_, draft)| draft.span);
        let edits: Vec<Edit> = drafts.iter().map(|(_, draft)| draft.edit()).collect();
        let text = spliced(code.text, &edits);
        let after = Code::parsed(&text, code.language);
        let mut changed = BTreeSet::new();
        for ((number, draft), place) in drafts.into_iter().zip(places(&edits)) {
            if !put_brackets(draft, place, &after) {
                changed.insert(number);
            }
        }
        if changed.is_empty() && leaves_the_rest(code, &after, &edits) {
            return plans.iter().map(|_| Verdict::Holds).collect();
        }
        if !changed.is_empty() {
            let verdict = |(number, plan): (usize, &&mut Plan)| match changed.contains(&number) {
                true if plan.rounds >= MOST_ROUNDS => Verdict::Fails,
                _ => Verdict::Changed,
            };
            return plans.iter().enumerate().map(verdict).collect();
        }
        if plans.len() == 1 {
            return vec![Verdict::Fails];
        }
        // One of them is to blame.
        let (first, second) = plans.split_at_mut(plans.len() / 2);
        let mut verdicts = Plan::check(code, first);
        verdicts.extend(Plan::check(code, second));
        verdicts
    }

    /// The fix, once the plan holds.
    pub fn fix(&self, code: &Code, file: FileId) -> Option<Fix> {
        let imports = imports(code, self.recipe, self.proposal)?;
        finished(code, self.edits().collect(), imports, self.recipe, self.proposal, file)
    }
}

/// What is known before any pattern is looked for.
fn given(code: &Code, proposal: &Proposal) -> Bindings {
    let mut bindings: Bindings = proposal
        .words
        .iter()
        .map(|(name, text)| {
            // A member is no expression without its object.
            let is_expression = !MEMBERS.contains(&name.as_str());
            (name.clone(), Bound { text: text.clone(), lines: None, span: None, is_expression })
        })
        .collect();
    let mut bind = |name: &str, span: Span, is_expression: bool| {
        let bound = Bound { text: span.of(code.text).to_owned(), lines: None, span: Some(span), is_expression };
        bindings.insert(name.to_owned(), bound);
    };
    bind("call", proposal.call, true);
    if let Some(statement) = proposal.made.and_then(|made| code.statement(made)) {
        bind("making", statement.span, false);
    }
    bindings
}

/// The edits of all uses of the variable that fit.
fn drafts_of_uses(
    code: &Code,
    edit: &EditRecipe,
    from: &Pattern,
    proposal: &Proposal,
    bindings: &Bindings,
    accept: &dyn Fn(&Bindings) -> bool,
) -> Option<Vec<Draft>> {
    let mut drafts = Vec::new();
    for used in &proposal.uses {
        let around = outwards(code, *used)?;
        let mut fitting =
            around.into_iter().filter_map(|node| Some((node, matched(code, from, node.span, bindings, accept)?)));
        if let Some((node, found)) = fitting.next() {
            drafts.push(draft(code, edit, proposal, &found, Some(Place::of(node)))?);
        }
    }
    Some(drafts)
}

/// The variable that lines before a statement declare.
fn introduced(edit: &EditRecipe, recipe: &Recipe, bindings: &Bindings) -> Option<Introduced> {
    let Action::Before(lines) = &edit.action else { return None };
    let first = lines.names().find(|name| recipe.new.iter().any(|(own, _)| own == name))?;
    Some(Introduced::Variable(bindings.get(first)?.text.clone()))
}

/// Where a change is made.
#[derive(Clone, Copy)]
struct Place {
    span: Span,
    is_statement: bool,
}

impl Place {
    fn of(node: &Node) -> Place {
        Place { span: node.span, is_statement: node.is_statement }
    }
}

/// An edit, and which parts of its new text have to be read as one expression.
#[derive(Clone)]
struct Draft {
    span: Span,
    pieces: Vec<(String, bool)>,
    /// Does it take the place of an expression?
    is_expression: bool,
    /// What it brings into scope.
    introduces: Option<Introduced>,
}

impl Draft {
    fn text(&self) -> String {
        self.pieces.iter().map(|(text, _)| text.as_str()).collect()
    }

    fn edit(&self) -> Edit {
        Edit { span: self.span, introduces: self.introduces.clone(), text: self.text() }
    }
}

/// Where a pattern is found, and what its holes stand for.
fn place_of(
    code: &Code,
    edit: &EditRecipe,
    from: &Pattern,
    proposal: &Proposal,
    bindings: &Bindings,
    accept: &dyn Fn(&Bindings) -> bool,
) -> Option<(Place, Bindings)> {
    if edit.at == Anchor::Text {
        let span = text_in_literal(code, from, proposal.call)?;
        return Some((Place { span, is_statement: false }, bindings.clone()));
    }
    candidates(code, edit.at, proposal)?.into_iter().find_map(|place| {
        let found = matched(code, from, place.span, bindings, accept)?;
        // What is about the call must not swallow it whole.
        let hides = |(name, bound): (&String, &Bound)| {
            let is_new = !bindings.contains_key(name);
            edit.at == Anchor::Call && is_new && bound.span.is_some_and(|span| span.contains(proposal.call))
        };
        (!found.iter().any(hides)).then_some((place, found))
    })
}

/// The places at which a pattern may be found.
fn candidates(code: &Code, at: Anchor, proposal: &Proposal) -> Option<Vec<Place>> {
    let places = |nodes: Vec<&Node>| nodes.into_iter().map(Place::of).collect();
    // A block of one statement has the bytes of that statement.
    let exactly = |span: Span| {
        let mut nodes: Vec<&Node> = code.nodes_at(span.start).filter(|node| node.span == span).collect();
        nodes.sort_by_key(|node| !node.is_statement);
        nodes
    };
    Some(match at {
        Anchor::Call => places(outwards(code, proposal.call)?),
        Anchor::Statement => {
            places(code.around(proposal.call).into_iter().filter(|node| node.is_statement).take(1).collect())
        }
        Anchor::Loop => places(exactly(proposal.around?)),
        Anchor::Outermost => places(exactly(proposal.outermost?)),
        Anchor::Made => places(outwards(code, proposal.made?)?),
        Anchor::Function => vec![Place { span: code.function_around(proposal.call)?, is_statement: false }],
        Anchor::Uses | Anchor::Text => return None,
    })
}

/// Where a text stands in the literal that a call is given.
fn text_in_literal(code: &Code, text: &Pattern, call: Span) -> Option<Span> {
    let literal = code.literal_in(call)?;
    let [Piece::Text(text)] = &text.pieces[..] else { return None };
    let inside = literal.of(code.text).to_ascii_lowercase();
    let at = literal.start as usize + inside.find(&text.to_ascii_lowercase())?;
    Some(Span::new(at, at + text.len()))
}

/// The nodes around a span within its statement, the smallest first.
fn outwards<'c>(code: &'c Code, span: Span) -> Option<Vec<&'c Node>> {
    let mut around = code.around(span);
    let end = around.iter().position(|node| node.is_statement)?;
    around.truncate(end + 1);
    Some(around)
}

/// Does the text of a hole stand in the loop only once?
fn is_once(code: &Code, proposal: &Proposal, bound: &Bound) -> bool {
    proposal.around.is_some_and(|around| around.of(code.text).matches(&bound.text).count() == 1)
}

/// Does a name get its value in the loop only where it was found, and is it not used before?
fn is_declared(code: &Code, proposal: &Proposal, bound: &Bound) -> bool {
    let (Some(around), Some(span)) = (proposal.around, bound.span) else { return false };
    let text = around.of(code.text);
    let first = matching::words(text).find(|word| *word == bound.text);
    let at = first.map(|word| around.start as usize + (word.as_ptr() as usize - text.as_ptr() as usize));
    at == Some(span.start as usize) && code.names_bound_in(around).filter(|name| *name == bound.text).count() == 1
}

/// Do the words that a recipe wants apart not meet?
fn are_apart(recipe: &Recipe, bindings: &Bindings) -> bool {
    recipe.apart.iter().all(|(hole, other)| {
        let Some(bound) = bindings.get(hole) else { return true };
        let word = match other.strip_prefix('$') {
            Some(other) => match bindings.get(other) {
                Some(bound) => matching::words(&bound.text).next().unwrap_or("").to_owned(),
                None => return true,
            },
            None => other.clone(),
        };
        !matching::words(&bound.text).any(|own| own == word)
    })
}

/// A name that nothing in a scope has, made of a text.
fn unused_name(code: &Code, scope: Span, wish: &str, in_capitals: bool) -> String {
    let last = wish.rsplit(['.', ':']).next().unwrap_or(wish);
    let mut letters = String::new();
    for letter in last.chars() {
        // `AllowedStates` is `allowed_states`.
        if letter.is_uppercase() && letters.ends_with(char::is_lowercase) {
            letters.push('_');
        }
        letters.push(if letter.is_alphanumeric() { letter } else { '_' });
    }
    let trimmed = letters.trim_matches('_');
    let mut name = if in_capitals { trimmed.to_uppercase() } else { trimmed.to_lowercase() };
    if name.is_empty() || name.starts_with(|first: char| first.is_ascii_digit()) {
        name.insert_str(0, "value");
    }
    let is_taken = |name: &str| code.has_word(scope, name);
    let mut numbered = std::iter::once(name.clone()).chain((2..).map(|number| format!("{name}_{number}")));
    numbered.find(|name| !is_taken(name)).unwrap_or(name)
}

/// A pattern with its holes filled; `None` if one of them stands for nothing.
fn filled(pattern: &Pattern, bindings: &Bindings) -> Option<String> {
    Some(pieces(pattern, bindings)?.into_iter().map(|(text, _)| text).collect())
}

fn pieces(pattern: &Pattern, bindings: &Bindings) -> Option<Vec<(String, bool)>> {
    let mut pieces: Vec<(String, bool)> = Vec::new();
    for piece in &pattern.pieces {
        let hole = match piece {
            Piece::Text(text) => {
                pieces.push((text.clone(), false));
                continue;
            }
            Piece::Hole(hole) => hole,
        };
        let bound = bindings.get(&hole.name)?;
        let before = pieces.last_mut().map(|(text, _)| text);
        let is_on_own_line = before.as_ref().is_some_and(|text| text.trim_end_matches(' ').ends_with('\n'));
        let text = match &bound.lines {
            // Code of several lines stays as it is, unless the pattern has lines for it.
            Some(lines) if hole.kind == HoleKind::Run && !is_on_own_line => lines,
            _ => &bound.text,
        };
        if let Some(before) = before {
            // No blanks at the end of a line, and no comma before nothing.
            if text.starts_with(['\n', '\r']) {
                before.truncate(before.trim_end_matches(' ').len());
            } else if text.is_empty() && hole.kind == HoleKind::Run {
                before.truncate(before.strip_suffix(", ").map_or(before.len(), str::len));
            }
        }
        pieces.push((text.clone(), bound.is_expression));
    }
    Some(pieces)
}

fn draft(
    code: &Code,
    edit: &EditRecipe,
    proposal: &Proposal,
    bindings: &Bindings,
    found: Option<Place>,
) -> Option<Draft> {
    let anchor = match edit.at {
        Anchor::Loop => proposal.around?,
        Anchor::Outermost => proposal.outermost?,
        Anchor::Made => proposal.made?,
        _ => proposal.call,
    };
    let introduces = None;
    match &edit.action {
        Action::Replace(_, to) => {
            let place = found?;
            let mut pieces = pieces(to, bindings)?;
            if place.is_statement
                && let Some((_, indent)) = code.line_of_statement(place.span)
            {
                indent_text(&mut pieces, to, indent);
            }
            if place.is_statement && pieces.iter().all(|(text, _)| text.is_empty()) {
                let span = whole_lines(code.text, place.span)?;
                return Some(Draft { span, pieces, is_expression: false, introduces });
            }
            let is_expression = !place.is_statement && !matches!(edit.at, Anchor::Function | Anchor::Text);
            Some(Draft { span: place.span, pieces, is_expression, introduces })
        }
        Action::Find(_) => None,
        Action::Before(lines) => {
            let (statement, indent) = code.line_of_statement(anchor)?;
            let at = statement.span.start as usize - indent.len();
            let pieces = lines_of(lines, bindings, indent)?;
            Some(Draft { span: Span::new(at, at), pieces, is_expression: false, introduces })
        }
        Action::After(lines) => {
            let (statement, indent) = code.line_of_statement(anchor)?;
            let end = statement.span.end as usize;
            let at = code.text[end..].find('\n').map(|at| end + at + 1)?;
            let pieces = lines_of(lines, bindings, indent)?;
            Some(Draft { span: Span::new(at, at), pieces, is_expression: false, introduces })
        }
    }
}

/// Does code move to a place before that where a name in it gets its value?
fn is_moved_past_its_making(
    code: &Code,
    edit: &EditRecipe,
    draft: &Draft,
    proposal: &Proposal,
    bindings: &Bindings,
    recipe: &Recipe,
) -> bool {
    let (Action::Replace(_, pattern) | Action::Before(pattern)) = &edit.action else { return false };
    let moved = pattern
        .names()
        .filter(|name| !recipe.declared.iter().chain(&recipe.rebound).any(|own| own == name))
        .filter_map(|name| bindings.get(name))
        .filter_map(|bound| Some((bound.span?, bound)));
    let is_rebound = |word: &str| {
        let mut own = recipe.rebound.iter().filter_map(|name| bindings.get(name));
        own.any(|bound| bound.text == word)
    };
    moved.filter(|(span, _)| span.start >= draft.span.end).any(|(span, _)| {
        let end = proposal.around.map_or(span.end, |around| around.end.max(span.end));
        let passed = Span { start: draft.span.end, end };
        let mut bound_there = code.names_bound_in(passed).filter(|name| !is_rebound(name));
        bound_there.any(|name| code.names_in(span).any(|own| own == name))
    })
}

/// The lines that a statement has for itself; `None` if it shares them.
fn whole_lines(text: &str, span: Span) -> Option<Span> {
    let start = text[..span.start as usize].rfind('\n').map_or(0, |at| at + 1);
    let end = text[span.end as usize..].find('\n').map(|at| span.end as usize + at + 1)?;
    let is_alone = text[start..span.start as usize].trim().is_empty()
        && text[span.end as usize..end].trim_matches([';', ' ', '\t', '\r', '\n']).is_empty();
    is_alone.then(|| Span::new(start, end))
}

/// Lines of their own, indented like the statement that they stand beside.
fn lines_of(lines: &Pattern, bindings: &Bindings, indent: &str) -> Option<Vec<(String, bool)>> {
    let mut pieces = pieces(lines, bindings)?;
    indent_text(&mut pieces, lines, indent);
    pieces.insert(0, (indent.to_owned(), false));
    pieces.push(("\n".to_owned(), false));
    Some(pieces)
}

/// Indents the lines of the template, and leaves those of what was found as they are.
fn indent_text(pieces: &mut [(String, bool)], template: &Pattern, indent: &str) {
    let last = template.pieces.len().saturating_sub(1);
    for (number, ((text, _), piece)) in pieces.iter_mut().zip(&template.pieces).enumerate() {
        if matches!(piece, Piece::Text(_)) {
            let mut lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
            let count = lines.len();
            for (at, line) in lines.iter_mut().enumerate().skip(1) {
                // Empty lines have no blanks.
                if !line.is_empty() || at + 1 == count && number < last {
                    line.insert_str(0, indent);
                }
            }
            *text = lines.join("\n");
        }
    }
}

/// Puts brackets around the parts of a draft that are no expressions where they stand. Was there nothing to do?
fn put_brackets(draft: &mut Draft, place: Span, after: &Code) -> bool {
    let mut start = place.start as usize;
    let mut is_as_meant = true;
    let in_brackets = |text: &str| format!("({text})");
    for (text, is_expression) in &mut draft.pieces {
        let span = Span::new(start, start + text.len());
        start += text.len();
        if *is_expression && !after.is_node(span) {
            *text = in_brackets(text);
            is_as_meant = false;
        }
    }
    if is_as_meant && draft.is_expression && !after.is_node(place) {
        draft.pieces.insert(0, ("(".to_owned(), false));
        draft.pieces.push((")".to_owned(), false));
        is_as_meant = false;
    }
    is_as_meant
}

/// The edits that bring in what the new code needs; `None` where a name is taken.
fn imports(code: &Code, recipe: &Recipe, proposal: &Proposal) -> Option<Vec<Edit>> {
    let mut edits = Vec::new();
    for import in &recipe.imports {
        match code.language.import(code.text, import, proposal.call.start) {
            Importing::Present => {}
            Importing::Taken => return None,
            Importing::Missing(at, text) => {
                let introduces = Some(Introduced::Import);
                edits.push(Edit { span: Span { start: at, end: at }, introduces, text });
            }
        }
    }
    Some(edits)
}

/// The fix with all its edits, if what comes of them is right. It is known that the text is read as it is meant.
fn finished(
    code: &Code,
    checked: Vec<Edit>,
    imports: Vec<Edit>,
    recipe: &Recipe,
    proposal: &Proposal,
    file: FileId,
) -> Option<Fix> {
    let mut edits: Vec<Edit> = checked.iter().map(|edit| narrowed(code.text, edit.clone())).collect();
    let ends_text = |edit: &Edit| code.is_in_text(edit.span) && edit.text.contains(['"', '\'', '\\']);
    if edits.iter().any(ends_text) {
        return None;
    }
    let is_same = spliced(code.text, &edits) == spliced(code.text, &checked);
    edits.extend(imports);
    edits.sort();
    if edits.windows(2).any(|pair| checking::overlap(&pair[0], &pair[1])) {
        return None;
    }
    let lost = match is_same && !checking::touches_comment(code, &edits) {
        // What stands in no edit is where it was: parsing all of it again would tell nothing new.
        true => Vec::new(),
        false => lost_by(code, &edits)?,
    };
    let moves_comments = !lost.is_empty();
    if moves_comments {
        keep(code, &lost, &mut edits, proposal)?;
        if !lost_by(code, &edits)?.is_empty() {
            return None;
        }
    }
    if let Some(ending) = ending(code.text) {
        for edit in &mut edits {
            edit.text = edit.text.replace("\r\n", "\n").replace('\n', ending);
        }
    }
    let (grade, reason) = match (moves_comments, recipe.grade) {
        (true, Grade::Safe) => (Grade::Unsafe, "comments in the code that changes are moved before it".to_owned()),
        _ => (recipe.grade, recipe.reason.clone()),
    };
    let changes = spliced(code.text, &edits) != code.text;
    changes.then_some(Fix { recipe: proposal.recipe, grade, reason, file, edits, moves_comments })
}

/// The line ending of a text, when it is not `\n`.
fn ending(text: &str) -> Option<&'static str> {
    let first = text.find('\n')?;
    text[..first].ends_with('\r').then_some("\r\n")
}

/// The comments that edits lose; `None` if they change more than they are meant to.
fn lost_by(code: &Code, edits: &[Edit]) -> Option<Vec<Span>> {
    let text = spliced(code.text, edits);
    let after = Code::parsed(&text, code.language);
    leaves_the_rest(code, &after, edits).then(|| lost_comments(code, &after))
}

/// Writes lost comments on lines of their own before the statement.
fn keep(code: &Code, lost: &[Span], edits: &mut Vec<Edit>, proposal: &Proposal) -> Option<()> {
    let (mut statement, mut indent) = code.line_of_statement(proposal.call)?;
    let is_inside = |edit: &&Edit| edit.span.start < statement.span.start && statement.span.start < edit.span.end;
    if let Some(edit) = edits.iter().find(is_inside) {
        (statement, indent) = code.line_of_statement(edit.span)?;
    }
    let at = statement.span.start as usize - indent.len();
    let lines: String = lost.iter().map(|comment| format!("{indent}{}\n", comment.of(code.text).trim_end())).collect();
    match edits.iter_mut().find(|edit| edit.span.start as usize == at && edit.span.is_empty()) {
        Some(edit) => edit.text.insert_str(0, &lines),
        None => edits.push(Edit { span: Span::new(at, at), introduces: None, text: lines }),
    }
    edits.sort();
    Some(())
}

/// The edit without what stays as it is at both its ends, whatever spaces there are.
fn narrowed(text: &str, edit: Edit) -> Edit {
    let old = edit.span.of(text);
    // Only blanks change: they have a meaning there.
    if matching::words(old).eq(matching::words(&edit.text)) {
        return edit;
    }
    let (head_old, head_new) = common_head(old, &edit.text);
    let (old_rest, new_rest) = (&old[head_old..], &edit.text[head_new..]);
    let (tail_old, tail_new) = common_tail(old_rest, new_rest);
    let start = edit.span.start as usize + head_old;
    let end = edit.span.end as usize - tail_old;
    Edit { span: Span::new(start, end), text: new_rest[..new_rest.len() - tail_new].to_owned(), ..edit }
}

/// How many bytes of each text are the same words and signs, from the start.
fn common_head(one: &str, other: &str) -> (usize, usize) {
    let place = |text: &str, word: &str| word.as_ptr() as usize - text.as_ptr() as usize + word.len();
    let same = matching::words(one).zip(matching::words(other)).take_while(|(one, other)| one == other);
    same.last().map_or((0, 0), |(own, its)| (place(one, own), place(other, its)))
}

/// The same from the end.
fn common_tail(one: &str, other: &str) -> (usize, usize) {
    let place = |text: &str, word: &str| text.len() - (word.as_ptr() as usize - text.as_ptr() as usize);
    let own: Vec<&str> = matching::words(one).collect();
    let its: Vec<&str> = matching::words(other).collect();
    let same = own.iter().rev().zip(its.iter().rev()).take_while(|(one, other)| one == other);
    same.last().map_or((0, 0), |(own, its)| (place(one, own), place(other, its)))
}

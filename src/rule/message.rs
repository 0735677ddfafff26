//! Message templates: text with `{names}` that a finding fills in. What stands in `[…]` is left out where one of its names
//! stands for nothing. Names are checked when the rule is read.

/// A text with places to fill in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Template {
    parts: Vec<Piece>,
}

#[derive(Clone, Debug, PartialEq)]
enum Piece {
    Text(String),
    Field(Field),
    Optional(Template),
}

macro_rules! fields {
    ($($(#[doc = $doc:literal])+ $variant:ident = $word:literal,)*) => {
        /// What a message may speak of.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Field { $($(#[doc = $doc])+ $variant,)* }

        /// Every field: its word, and what it stands for.
        pub const FIELDS: &[(&str, &str)] = &[$(($word, concat!($($doc),+))),*];

        impl Field {
            fn parse(word: &str) -> Option<Field> {
                match word { $($word => Some(Field::$variant),)* _ => None }
            }
        }
    };
}

fields! {
    /// the callee as the code names it
    Callee = "callee",
    /// the callee, where it is three calls or more away from the cause
    CalleeFar = "callee.far",
    /// the receiver as the code names it
    Receiver = "receiver",
    /// the variable of the loop, or `item`
    LoopVariable = "loop.variable",
    /// what the loop goes through, or `items`
    LoopIterable = "loop.iterable",
    /// what a library has to load something once for all that it shows: a `DataLoader`
    LoopLoader = "loop.loader",
    /// the function around it
    Function = "function",
    /// the library call at the end of the path
    WitnessApi = "witness.api",
    /// what that does, with its name: runs `Session.get`, makes a new `Client`
    WitnessRun = "witness.run",
    /// what may be used instead of the library call, or of many; where rows are written, what is for writes
    WitnessAlternative = "witness.alternative",
    /// what does the same as the library call and gives an awaitable, where the code itself makes the call
    WitnessAsynchronous = "witness.asynchronous",
    /// the same, where a function makes the call that the code runs
    WitnessAsynchronousBelow = "witness.asynchronous-below",
    /// how many other library calls do the same below the callee: `3 more below it`
    WitnessOthers = "witness.others",
    /// what to do instead of many such library calls, where that is more than another call
    WitnessAdvice = "witness.advice",
    /// the call on the way that asks for all keys of a list, where it is given a list of one
    WitnessTakesList = "witness.takes-list",
    /// what the library call costs
    WitnessCost = "witness.cost",
    /// the first argument as the code names it
    Argument = "argument",
    /// the place that the result is assigned to
    Result = "result",
    /// what is awaited meanwhile
    Awaited = "awaited",
    /// what to write instead of a value that need not be made
    Remedy = "remedy",
    /// the relation that is read, from the row on
    Relation = "relation",
    /// the column of the row itself that has all that is read of the relation
    RelationKey = "relation.key",
    /// how many other relations of the rows the same place reads: `3 more`
    RelationOthers = "relation.others",
    /// what loads the relation with the rows
    Loader = "loader",
    /// the framework that runs the function around it, and plain functions on threads
    Framework = "framework",
    /// the table that a statement is about
    Table = "table",
    /// the column that a statement is about
    Column = "table.column",
    /// the index that a table lacks, as its definition would have it
    TableIndex = "table.index",
    /// the code of a statement that the finding is about
    Code = "code",
}

impl Template {
    /// Reads a template; the error names a field that does not exist, or brackets around none.
    pub fn parse(text: &str) -> Result<Template, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(open) = rest.find(['{', '[']) {
            let (start, end) = match rest[open..].starts_with('{') {
                true => ('{', '}'),
                false => ('[', ']'),
            };
            let Some(length) = rest[open..].find(end) else {
                return Err(format!("`{text}`: `{start}` without `{end}`"));
            };
            if open > 0 {
                parts.push(Piece::Text(rest[..open].to_owned()));
            }
            let inner = &rest[open + 1..open + length];
            parts.push(match start {
                '{' => Piece::Field(
                    Field::parse(inner).ok_or_else(|| format!("`{{{inner}}}` is nothing that a message can name"))?,
                ),
                _ if inner.contains('{') => Piece::Optional(Template::parse(inner)?),
                // Its brackets would be lost.
                _ => return Err(format!("`{text}`: `[{inner}]` names nothing that it could hang on")),
            });
            rest = &rest[open + length + 1..];
        }
        if !rest.is_empty() {
            parts.push(Piece::Text(rest.to_owned()));
        }
        Ok(Template { parts })
    }

    /// Does it speak of this, whatever else is filled?
    pub fn names(&self, field: Field) -> bool {
        self.parts.contains(&Piece::Field(field))
    }

    /// The text, with every field filled in by `fill`.
    pub fn render(&self, fill: &dyn Fn(Field) -> String) -> String {
        self.parts
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => text.clone(),
                Piece::Field(field) => fill(*field),
                Piece::Optional(part) if part.is_filled(fill) => part.render(fill),
                Piece::Optional(_) => String::new(),
            })
            .collect()
    }

    /// Does each of its fields stand for something?
    pub fn is_filled(&self, fill: &dyn Fn(Field) -> String) -> bool {
        self.parts.iter().all(|piece| match piece {
            Piece::Field(field) => !fill(*field).is_empty(),
            Piece::Text(_) | Piece::Optional(_) => true,
        })
    }

    /// True when there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::{Field, Template};

    fn rendered(text: &str, alternative: &str) -> String {
        let fill = |field| match field {
            Field::WitnessAlternative => alternative.to_owned(),
            _ => "x".to_owned(),
        };
        Template::parse(text).expect("a good template").render(&fill)
    }

    #[test]
    fn a_part_is_left_out_where_its_field_is_empty() {
        let text = "ask once for all {callee}[: {witness.alternative}], before the loop";
        assert_eq!(rendered(text, "a join"), "ask once for all x: a join, before the loop");
        assert_eq!(rendered(text, ""), "ask once for all x, before the loop");
    }

    #[test]
    fn mistakes_are_told() {
        for wrong in ["{nothing}", "a {callee", "a [{callee}", "[{nothing}]", "make([]T, 0)"] {
            assert!(Template::parse(wrong).is_err(), "{wrong}");
        }
    }
}

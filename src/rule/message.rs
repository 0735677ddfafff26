//! Message templates: text with `{names}` that a finding fills in. Names are checked when the rule is read.

/// A text with places to fill in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Template {
    parts: Vec<Piece>,
}

#[derive(Clone, Debug, PartialEq)]
enum Piece {
    Text(String),
    Field(Field),
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
    /// the receiver as the code names it
    Receiver = "receiver",
    /// the variable of the loop, or `item`
    LoopVariable = "loop.variable",
    /// what the loop goes through, or `items`
    LoopIterable = "loop.iterable",
    /// the function around it
    Function = "function",
    /// the library call at the end of the path
    WitnessApi = "witness.api",
    /// what may be used instead of the library call
    WitnessAlternative = "witness.alternative",
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
    /// what loads the relation with the rows
    Loader = "loader",
}

impl Template {
    /// Reads a template; the error names a field that does not exist.
    pub fn parse(text: &str) -> Result<Template, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(open) = rest.find('{') {
            let Some(length) = rest[open..].find('}') else {
                return Err(format!("`{text}`: `{{` without `}}`"));
            };
            if open > 0 {
                parts.push(Piece::Text(rest[..open].to_owned()));
            }
            let word = &rest[open + 1..open + length];
            let field = Field::parse(word).ok_or_else(|| format!("`{{{word}}}` is nothing that a message can name"))?;
            parts.push(Piece::Field(field));
            rest = &rest[open + length + 1..];
        }
        if !rest.is_empty() {
            parts.push(Piece::Text(rest.to_owned()));
        }
        Ok(Template { parts })
    }

    /// The text, with every field filled in by `fill`.
    pub fn render(&self, fill: impl Fn(Field) -> String) -> String {
        self.parts
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => text.clone(),
                Piece::Field(field) => fill(*field),
            })
            .collect()
    }

    /// True when there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }
}

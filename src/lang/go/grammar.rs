//! The names of the Go grammar that lowering asks for.

use std::sync::LazyLock;

use tree_sitter::Language;

use crate::lang::grammar::Numbers;

/// Declares an enumeration and the names that its values have in the grammar.
macro_rules! names {
    ($(#[$doc:meta])* $name:ident, $list:ident: $($variant:ident = $text:literal),* $(,)?) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum $name {
            $($variant,)*
            Other,
        }

        const $list: &[(&str, $name)] = &[$(($text, $name::$variant)),*];
    };
}

names! {
    /// Kinds of nodes.
    Kind, KINDS:
    ArgumentList = "argument_list",
    ArrayType = "array_type",
    AssignmentStatement = "assignment_statement",
    BinaryExpression = "binary_expression",
    BlankIdentifier = "blank_identifier",
    Block = "block",
    BreakStatement = "break_statement",
    CallExpression = "call_expression",
    ChannelType = "channel_type",
    Comment = "comment",
    CommunicationCase = "communication_case",
    CompositeLiteral = "composite_literal",
    ConstDeclaration = "const_declaration",
    ConstSpec = "const_spec",
    ContinueStatement = "continue_statement",
    DecStatement = "dec_statement",
    DefaultCase = "default_case",
    DeferStatement = "defer_statement",
    Dot = "dot",
    EscapeSequence = "escape_sequence",
    ExpressionCase = "expression_case",
    ExpressionList = "expression_list",
    ExpressionStatement = "expression_statement",
    ExpressionSwitchStatement = "expression_switch_statement",
    False = "false",
    FieldDeclaration = "field_declaration",
    FieldDeclarationList = "field_declaration_list",
    FieldIdentifier = "field_identifier",
    FloatLiteral = "float_literal",
    ForClause = "for_clause",
    ForStatement = "for_statement",
    FuncLiteral = "func_literal",
    FunctionDeclaration = "function_declaration",
    FunctionType = "function_type",
    GenericType = "generic_type",
    GoStatement = "go_statement",
    Identifier = "identifier",
    IfStatement = "if_statement",
    ImaginaryLiteral = "imaginary_literal",
    ImplicitLengthArrayType = "implicit_length_array_type",
    ImportDeclaration = "import_declaration",
    ImportSpec = "import_spec",
    ImportSpecList = "import_spec_list",
    IncStatement = "inc_statement",
    IndexExpression = "index_expression",
    IntLiteral = "int_literal",
    InterfaceType = "interface_type",
    InterpretedStringLiteral = "interpreted_string_literal",
    KeyedElement = "keyed_element",
    LabeledStatement = "labeled_statement",
    LabelName = "label_name",
    LiteralElement = "literal_element",
    LiteralValue = "literal_value",
    MapType = "map_type",
    MethodDeclaration = "method_declaration",
    MethodElem = "method_elem",
    NegatedType = "negated_type",
    Nil = "nil",
    PackageIdentifier = "package_identifier",
    ParameterDeclaration = "parameter_declaration",
    ParameterList = "parameter_list",
    ParenthesizedExpression = "parenthesized_expression",
    ParenthesizedType = "parenthesized_type",
    PointerType = "pointer_type",
    QualifiedType = "qualified_type",
    RangeClause = "range_clause",
    RawStringLiteral = "raw_string_literal",
    ReceiveStatement = "receive_statement",
    ReturnStatement = "return_statement",
    RuneLiteral = "rune_literal",
    SelectorExpression = "selector_expression",
    SelectStatement = "select_statement",
    SendStatement = "send_statement",
    ShortVarDeclaration = "short_var_declaration",
    SliceExpression = "slice_expression",
    SliceType = "slice_type",
    StatementList = "statement_list",
    StructType = "struct_type",
    True = "true",
    TypeAlias = "type_alias",
    TypeArguments = "type_arguments",
    TypeAssertionExpression = "type_assertion_expression",
    TypeCase = "type_case",
    TypeConstraint = "type_constraint",
    TypeConversionExpression = "type_conversion_expression",
    TypeDeclaration = "type_declaration",
    TypeElem = "type_elem",
    TypeIdentifier = "type_identifier",
    TypeInstantiationExpression = "type_instantiation_expression",
    TypeParameterDeclaration = "type_parameter_declaration",
    TypeSpec = "type_spec",
    TypeSwitchStatement = "type_switch_statement",
    UnaryExpression = "unary_expression",
    VarDeclaration = "var_declaration",
    VariadicArgument = "variadic_argument",
    VariadicParameterDeclaration = "variadic_parameter_declaration",
    VarSpec = "var_spec",
    VarSpecList = "var_spec_list",
}

names! {
    /// Fields of nodes.
    Field, FIELDS:
    Alias = "alias",
    Alternative = "alternative",
    Arguments = "arguments",
    Body = "body",
    Communication = "communication",
    Condition = "condition",
    Consequence = "consequence",
    Channel = "channel",
    Element = "element",
    End = "end",
    Function = "function",
    Index = "index",
    Initializer = "initializer",
    Key = "key",
    Left = "left",
    Member = "field",
    Name = "name",
    Operand = "operand",
    Operator = "operator",
    Package = "package",
    Parameters = "parameters",
    Path = "path",
    Receiver = "receiver",
    Result = "result",
    Right = "right",
    Start = "start",
    Type = "type",
    TypeArguments = "type_arguments",
    TypeParameters = "type_parameters",
    Update = "update",
    Value = "value",
}

/// The grammar, and what its numbers mean.
pub(super) struct Grammar {
    pub(super) language: Language,
    pub(super) kinds: Numbers<Kind>,
    pub(super) fields: Numbers<Field>,
}

/// Looked up once.
pub(super) static GRAMMAR: LazyLock<Grammar> = LazyLock::new(|| {
    let language = Language::from(tree_sitter_go::LANGUAGE);
    let kinds = Numbers::of_kinds(&language, KINDS, Kind::Other);
    let fields = Numbers::of_fields(&language, FIELDS, Field::Other);
    Grammar { language, kinds, fields }
});

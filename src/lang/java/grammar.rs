//! The names of the Java grammar that lowering asks for.

use std::sync::LazyLock;

use tree_sitter::Language;

use crate::lang::grammar::Numbers;
use crate::lang::lowering;

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
    AnnotatedType = "annotated_type",
    Annotation = "annotation",
    AnnotationTypeDeclaration = "annotation_type_declaration",
    AnnotationTypeElementDeclaration = "annotation_type_element_declaration",
    ArrayAccess = "array_access",
    ArrayCreationExpression = "array_creation_expression",
    ArrayInitializer = "array_initializer",
    ArrayType = "array_type",
    AssertStatement = "assert_statement",
    AssignmentExpression = "assignment_expression",
    Asterisk = "asterisk",
    BinaryExpression = "binary_expression",
    BinaryIntegerLiteral = "binary_integer_literal",
    Block = "block",
    BlockComment = "block_comment",
    BooleanType = "boolean_type",
    BreakStatement = "break_statement",
    CastExpression = "cast_expression",
    CatchClause = "catch_clause",
    CatchFormalParameter = "catch_formal_parameter",
    CharacterLiteral = "character_literal",
    ClassBody = "class_body",
    ClassDeclaration = "class_declaration",
    ClassLiteral = "class_literal",
    CompactConstructorDeclaration = "compact_constructor_declaration",
    ConstantDeclaration = "constant_declaration",
    ConstructorBody = "constructor_body",
    ConstructorDeclaration = "constructor_declaration",
    ContinueStatement = "continue_statement",
    DecimalFloatingPointLiteral = "decimal_floating_point_literal",
    DecimalIntegerLiteral = "decimal_integer_literal",
    DimensionsExpr = "dimensions_expr",
    DoStatement = "do_statement",
    ElementValueArrayInitializer = "element_value_array_initializer",
    ElementValuePair = "element_value_pair",
    EnhancedForStatement = "enhanced_for_statement",
    EnumBodyDeclarations = "enum_body_declarations",
    EnumConstant = "enum_constant",
    EnumDeclaration = "enum_declaration",
    ExplicitConstructorInvocation = "explicit_constructor_invocation",
    ExpressionStatement = "expression_statement",
    ExtendsInterfaces = "extends_interfaces",
    False = "false",
    FieldAccess = "field_access",
    FieldDeclaration = "field_declaration",
    FinallyClause = "finally_clause",
    FloatingPointType = "floating_point_type",
    ForStatement = "for_statement",
    FormalParameter = "formal_parameter",
    GenericType = "generic_type",
    Guard = "guard",
    HexFloatingPointLiteral = "hex_floating_point_literal",
    HexIntegerLiteral = "hex_integer_literal",
    Identifier = "identifier",
    IfStatement = "if_statement",
    ImportDeclaration = "import_declaration",
    InstanceofExpression = "instanceof_expression",
    IntegralType = "integral_type",
    InterfaceDeclaration = "interface_declaration",
    LabeledStatement = "labeled_statement",
    LambdaExpression = "lambda_expression",
    LineComment = "line_comment",
    LocalVariableDeclaration = "local_variable_declaration",
    MarkerAnnotation = "marker_annotation",
    MethodDeclaration = "method_declaration",
    MethodInvocation = "method_invocation",
    MethodReference = "method_reference",
    Modifiers = "modifiers",
    ModuleDeclaration = "module_declaration",
    NullLiteral = "null_literal",
    ObjectCreationExpression = "object_creation_expression",
    OctalIntegerLiteral = "octal_integer_literal",
    PackageDeclaration = "package_declaration",
    ParenthesizedExpression = "parenthesized_expression",
    Pattern = "pattern",
    RecordDeclaration = "record_declaration",
    RecordPattern = "record_pattern",
    RecordPatternBody = "record_pattern_body",
    RecordPatternComponent = "record_pattern_component",
    ReturnStatement = "return_statement",
    ScopedTypeIdentifier = "scoped_type_identifier",
    SpreadParameter = "spread_parameter",
    StaticInitializer = "static_initializer",
    StringLiteral = "string_literal",
    Super = "super",
    SuperInterfaces = "super_interfaces",
    Superclass = "superclass",
    SwitchExpression = "switch_expression",
    SwitchLabel = "switch_label",
    SynchronizedStatement = "synchronized_statement",
    TernaryExpression = "ternary_expression",
    This = "this",
    ThrowStatement = "throw_statement",
    True = "true",
    TryStatement = "try_statement",
    TryWithResourcesStatement = "try_with_resources_statement",
    TypeArguments = "type_arguments",
    TypeBound = "type_bound",
    TypeIdentifier = "type_identifier",
    TypePattern = "type_pattern",
    UnaryExpression = "unary_expression",
    UpdateExpression = "update_expression",
    VariableDeclarator = "variable_declarator",
    VoidType = "void_type",
    WhileStatement = "while_statement",
    Wildcard = "wildcard",
    YieldStatement = "yield_statement",
}

names! {
    /// Fields of nodes.
    Field, FIELDS:
    Alternative = "alternative",
    Arguments = "arguments",
    Array = "array",
    Body = "body",
    Condition = "condition",
    Consequence = "consequence",
    Declarator = "declarator",
    Dimensions = "dimensions",
    Element = "element",
    Field = "field",
    Index = "index",
    Init = "init",
    Key = "key",
    Left = "left",
    Name = "name",
    Object = "object",
    Operand = "operand",
    Operator = "operator",
    Parameters = "parameters",
    Pattern = "pattern",
    Resources = "resources",
    Right = "right",
    Superclass = "superclass",
    Type = "type",
    TypeParameters = "type_parameters",
    Update = "update",
    Value = "value",
}

/// The grammar, looked up once.
pub(super) static GRAMMAR: LazyLock<lowering::Grammar<Kind, Field>> = LazyLock::new(|| {
    let language = Language::from(tree_sitter_java::LANGUAGE);
    let kinds = Numbers::of_kinds(&language, KINDS, Kind::Other);
    let fields = Numbers::of_fields(&language, FIELDS, Field::Other);
    lowering::Grammar { language, kinds, fields }
});

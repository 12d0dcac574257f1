//! Expressions, from what binds least to what binds most: OR, AND, NOT, comparisons, + −, * / %, −.

use super::{Parser, Side, constant};
use crate::ast::{Arithmetic, Calculation, Comparison, Condition, Expr, Literal, Membership, Op};
use crate::complete::Expected;
use crate::error::{QueryError, nearest};
use crate::function::Function;
use crate::lexer::{Kind, Token};
use crate::query::Total;

/// Most operators in one chain of `+` or of `*`.
const MAX_CHAIN: usize = 64;

const COMPARISON: &str = "a comparison such as = or IN";

impl Parser<'_> {
    /// Something that is true or false.
    pub(super) fn condition(&mut self) -> Result<Expr, QueryError> {
        let expr = self.expr()?;
        self.demand_condition(&expr)?;
        Ok(expr)
    }

    fn demand_condition(&self, expr: &Expr) -> Result<(), QueryError> {
        if expr.is_condition() {
            Ok(())
        } else {
            Err(self.unexpected(COMPARISON))
        }
    }

    pub(super) fn expr(&mut self) -> Result<Expr, QueryError> {
        let first = self.conjunction()?;
        if !first.is_condition() || !self.is_keyword("OR") {
            return Ok(first);
        }
        let mut parts = vec![first];
        while self.takes("OR")? {
            let part = self.conjunction()?;
            self.demand_condition(&part)?;
            parts.push(part);
        }
        Ok(Expr::any_of(parts))
    }

    fn conjunction(&mut self) -> Result<Expr, QueryError> {
        let first = self.negation()?;
        if !first.is_condition() || !self.is_keyword("AND") {
            return Ok(first);
        }
        let mut parts = vec![first];
        while self.takes("AND")? {
            let part = self.negation()?;
            self.demand_condition(&part)?;
            parts.push(part);
        }
        let all = Condition::all_of(parts);
        Ok(all.expr().cloned().unwrap_or(Expr::Undefined))
    }

    fn negation(&mut self) -> Result<Expr, QueryError> {
        if !self.is_keyword("NOT") {
            return self.comparison();
        }
        self.deeper(|parser| {
            parser.advance()?;
            let inner = parser.negation()?;
            parser.demand_condition(&inner)?;
            Ok(Expr::Not(Box::new(inner)))
        })
    }

    fn comparison(&mut self) -> Result<Expr, QueryError> {
        self.side = Side::Left;
        let left = self.sum()?;
        if !left.is_condition() {
            self.offer(|| Expected::Operator);
        }
        if self.is_mark("[") && matches!(left, Expr::Path(_)) {
            return Err(self.unexpected(COMPARISON));
        }
        let negated = match &self.current.kind {
            Kind::Word(word) if word.eq_ignore_ascii_case("IN") => Some(false),
            Kind::Word(word) if word.eq_ignore_ascii_case("NIN") => Some(true),
            Kind::Word(word) if word.eq_ignore_ascii_case("NOT") => {
                self.advance()?;
                if !self.is_keyword("IN") {
                    return Err(self.unexpected("IN"));
                }
                Some(true)
            }
            _ => None,
        };
        let outer = (self.side, self.subject.take());
        self.side = Side::Right;
        self.subject = match &left {
            Expr::Path(path) => Some(path.clone()),
            _ => None,
        };
        let result = if let Some(negated) = negated {
            self.advance()?;
            let list = self.membership_list()?;
            Ok(Expr::In(Box::new(Membership {
                value: left,
                list,
                negated,
            })))
        } else if let Some(op) = self.operator() {
            self.advance()?;
            let right = self.sum()?;
            Ok(Expr::Compare(Box::new(Comparison::new(left, op, right))))
        } else {
            Ok(left)
        };
        (self.side, self.subject) = outer;
        result
    }

    fn operator(&self) -> Option<Op> {
        match self.current.kind {
            Kind::Mark("=") => Some(Op::Eq),
            Kind::Mark("!=" | "<>") => Some(Op::NotEq),
            Kind::Mark("<") => Some(Op::Less),
            Kind::Mark("<=") => Some(Op::LessEq),
            Kind::Mark(">") => Some(Op::Greater),
            Kind::Mark(">=") => Some(Op::GreaterEq),
            _ => None,
        }
    }

    /// What stands behind IN: a list, or a path to an array.
    fn membership_list(&mut self) -> Result<Expr, QueryError> {
        if self.is_mark("[") {
            return self.list();
        }
        if self.is_mark("(") {
            let message = "a list stands in square brackets: ['a', 'b']";
            return Err(self.error(self.current.at, message));
        }
        self.offer(|| Expected::List);
        self.offer(|| Expected::Path);
        self.side = Side::Left;
        let word = self.word("a list such as ['a', 'b']")?;
        self.path(word).map(Expr::Path)
    }

    fn list(&mut self) -> Result<Expr, QueryError> {
        self.deeper(|parser| {
            parser.advance()?;
            let mut items = Vec::new();
            while !parser.is_mark("]") {
                let at = parser.current.at;
                let item = parser.unary()?;
                if !matches!(item, Expr::Literal(_) | Expr::List(_)) {
                    return Err(parser.error(at, "a list holds values such as 'text', 12 or true"));
                }
                items.push(item);
                if !parser.is_mark("]") {
                    parser.mark(",", "a comma or ]")?;
                }
            }
            parser.advance()?;
            Ok(Expr::List(items))
        })
    }

    fn sum(&mut self) -> Result<Expr, QueryError> {
        self.chain(Self::product, |kind| match kind {
            Kind::Mark("+") => Some(Arithmetic::Plus),
            Kind::Mark("-") => Some(Arithmetic::Minus),
            _ => None,
        })
    }

    fn product(&mut self) -> Result<Expr, QueryError> {
        self.chain(Self::unary, |kind| match kind {
            Kind::Mark("*") => Some(Arithmetic::Times),
            Kind::Mark("/") => Some(Arithmetic::Over),
            Kind::Mark("%") => Some(Arithmetic::Modulo),
            _ => None,
        })
    }

    /// Operands with operators of one kind between them.
    fn chain(
        &mut self,
        operand: impl Fn(&mut Self) -> Result<Expr, QueryError>,
        operator: impl Fn(&Kind<'_>) -> Option<Arithmetic>,
    ) -> Result<Expr, QueryError> {
        let mut left = operand(self)?;
        let mut length = 0;
        while let Some(op) = operator(&self.current.kind) {
            length += 1;
            if length > MAX_CHAIN {
                let message = format!("a calculation has at most {MAX_CHAIN} operators in a row");
                return Err(self.error(self.current.at, message));
            }
            self.advance()?;
            let right = operand(self)?;
            left = Expr::Calculate(Box::new(Calculation { left, op, right }));
        }
        Ok(left)
    }

    fn unary(&mut self) -> Result<Expr, QueryError> {
        if !self.is_mark("-") {
            return self.primary();
        }
        self.deeper(|parser| {
            parser.advance()?;
            Ok(match parser.unary()? {
                Expr::Literal(Literal::Number(value)) => {
                    Expr::Literal(Literal::Number(0.0 - value))
                }
                other => Expr::Negative(Box::new(other)),
            })
        })
    }

    fn primary(&mut self) -> Result<Expr, QueryError> {
        if let Some(subject) = self.subject.clone() {
            self.offer(|| Expected::Value(subject));
        }
        self.offer(|| Expected::Path);
        self.offer(|| Expected::Function);
        let wanted = match self.side {
            Side::Left => "a path such as tags.site or status",
            Side::Right => "a value such as 'text', 12, true or null",
        };
        match self.current.kind {
            Kind::Number(value) => {
                self.advance()?;
                Ok(Expr::Literal(Literal::Number(value)))
            }
            Kind::Text(_) => match self.advance()?.kind {
                Kind::Text(value) => Ok(Expr::Literal(Literal::String(value))),
                _ => Err(self.unexpected(wanted)),
            },
            Kind::Mark("(") => self.deeper(|parser| {
                parser.advance()?;
                let inside = parser.expr()?;
                let wanted = if inside.is_condition() {
                    "AND, OR or )"
                } else {
                    "an operator or )"
                };
                parser.mark(")", wanted)?;
                Ok(inside)
            }),
            Kind::Mark("[") => self.list(),
            Kind::Word(word) => {
                if let Some(literal) = constant(word) {
                    self.advance()?;
                    return Ok(Expr::Literal(literal));
                }
                if word.eq_ignore_ascii_case("undefined") {
                    self.advance()?;
                    return Ok(Expr::Undefined);
                }
                let word = self.word(wanted)?;
                if self.is_mark("(") {
                    self.call(&word)
                } else {
                    self.path(word).map(Expr::Path)
                }
            }
            _ => Err(self.unexpected(wanted)),
        }
    }

    /// A function whose name has been read.
    fn call(&mut self, name: &Token<'_>) -> Result<Expr, QueryError> {
        let Some(function) = Function::find(name.text) else {
            return Err(self.unknown_function(name));
        };
        self.deeper(|parser| {
            parser.advance()?;
            let outer = (parser.side, parser.subject.take());
            let mut arguments = Vec::new();
            while !parser.is_mark(")") {
                let argument = parser.expr()?;
                parser.side = Side::Right;
                if let Expr::Path(path) = &argument {
                    parser.subject = Some(path.clone());
                }
                arguments.push(argument);
                if !parser.is_mark(")") {
                    parser.mark(",", "a comma or )")?;
                }
            }
            (parser.side, parser.subject) = outer;
            let (least, most) = function.arguments();
            if !(least..=most).contains(&arguments.len()) {
                let many = match (least, most) {
                    (0, 0) => "no argument".to_owned(),
                    (1, 1) => "1 argument".to_owned(),
                    (least, most) if least == most => format!("{least} arguments"),
                    (least, most) => format!("{least} to {most} arguments"),
                };
                let message = format!("{} takes {many}", function.name());
                return Err(parser.error(parser.current.at, message));
            }
            parser.advance()?;
            Ok(Expr::Call(function, arguments))
        })
    }

    fn unknown_function(&self, name: &Token<'_>) -> QueryError {
        if let Some(total) = Total::find(name.text) {
            let message = format!(
                "{} is a figure over many rows; it stands behind SELECT",
                total.name()
            );
            return self.error(name.at, message);
        }
        let error = self.error(name.at, format!("there is no function {}", name.text));
        match nearest(name.text, &Function::NAMES) {
            Some(known) => error.suggesting(known),
            None => error,
        }
    }
}

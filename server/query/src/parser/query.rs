//! Whole queries.

use super::{Parser, Side, is_keyword};
use crate::ast::Expr;
use crate::complete::Expected;
use crate::error::{QueryError, nearest};
use crate::lexer::{Kind, Lexer};
use crate::query::{Aggregate, By, Column, Order, Query, Select, Source, Total, What};

/// Most columns, groups or orders of a query.
const MAX_PARTS: usize = 64;

impl Parser<'_> {
    pub(super) fn whole_query(&mut self) -> Result<Query, QueryError> {
        if !self.takes("SELECT")? {
            let message = "a query begins with SELECT, for example SELECT * FROM devices";
            return Err(self.error(self.current.at, message));
        }
        self.jobs = self.reads_jobs();
        let (mut distinct, mut top) = (false, None);
        loop {
            if self.takes("DISTINCT")? {
                distinct = true;
            } else if self.takes("TOP")? {
                top = Some(self.most()?);
            } else {
                break;
            }
        }
        let places = self.places();
        let (select, places) = match places {
            Some(at) => {
                self.advance()?;
                (Select::All, vec![at])
            }
            None => {
                let (columns, places) = self.parts(Self::column)?;
                (Select::Columns(columns), places)
            }
        };
        if !self.takes("FROM")? {
            return Err(self.unexpected("a comma or FROM"));
        }
        let mut query = Query {
            distinct,
            top,
            select,
            source: self.source()?,
            condition: crate::Condition::all(),
            groups: Vec::new(),
            order: Vec::new(),
        };
        if self.takes("WHERE")? {
            query.condition = crate::Condition::of(self.condition()?);
        }
        if self.takes("GROUP")? {
            self.by()?;
            let at = self.current.at;
            query.groups = self.parts(Self::value)?.0;
            if query.select == Select::All {
                let message = "SELECT * has no groups; name the columns, for example SELECT tags.site, COUNT() AS n";
                return Err(self.error(at, message));
            }
        }
        self.check_columns(&query, &places)?;
        if self.takes("ORDER")? {
            self.by()?;
            let names = query.names();
            let (order, _) = self.parts(|parser| parser.order(&query, &names))?;
            query.order = order;
        }
        self.end(match (query.order.is_empty(), query.groups.is_empty()) {
            (false, _) => "a comma, DESC or the end",
            (true, false) => "a comma, ORDER BY or the end",
            (true, true) if !query.condition.is_all() => "AND, OR, GROUP BY, ORDER BY or the end",
            (true, true) => "WHERE, GROUP BY, ORDER BY or the end",
        })?;
        Ok(query)
    }

    /// Where `*` stands, if it does.
    fn places(&self) -> Option<usize> {
        self.offer(|| Expected::Everything);
        self.is_mark("*").then_some(self.current.at)
    }

    /// Whether the rest reads jobs: names mean something else there, and they come before the source.
    fn reads_jobs(&self) -> bool {
        let mut lexer: Lexer<'_> = self.lexer.clone();
        let mut last = [false; 3];
        while let Ok(token) = lexer.next() {
            let is = |word: &str| token.text.eq_ignore_ascii_case(word);
            match token.kind {
                Kind::End => return false,
                // `FROM devices . jobs`
                _ if last == [true; 3] => return is("jobs"),
                Kind::Word(_) if is("FROM") => last = [true, false, false],
                Kind::Word(_) if last == [true, false, false] && is("devices") => last[1] = true,
                Kind::Mark(".") if last == [true, true, false] => last[2] = true,
                _ => last = [false; 3],
            }
        }
        false
    }

    fn most(&mut self) -> Result<usize, QueryError> {
        match self.current.kind {
            Kind::Number(most)
                if most >= 1.0 && most.fract() == 0.0 && most < f64::from(u32::MAX) =>
            {
                self.advance()?;
                Ok(most as usize)
            }
            _ => Err(self.unexpected("how many rows, for example TOP 10")),
        }
    }

    /// Parts with commas between them, and where each begins.
    fn parts<T>(
        &mut self,
        mut part: impl FnMut(&mut Self) -> Result<T, QueryError>,
    ) -> Result<(Vec<T>, Vec<usize>), QueryError> {
        let (mut parts, mut places) = (Vec::new(), Vec::new());
        loop {
            if parts.len() == MAX_PARTS {
                let message = format!("there are at most {MAX_PARTS} here");
                return Err(self.error(self.current.at, message));
            }
            places.push(self.current.at);
            parts.push(part(self)?);
            if !self.is_mark(",") {
                return Ok((parts, places));
            }
            self.advance()?;
        }
    }

    fn by(&mut self) -> Result<(), QueryError> {
        if self.takes("BY")? {
            Ok(())
        } else {
            Err(self.unexpected("BY"))
        }
    }

    fn value(&mut self) -> Result<Expr, QueryError> {
        self.side = Side::Left;
        self.expr()
    }

    fn column(&mut self) -> Result<Column, QueryError> {
        let what = match self.aggregate()? {
            Some(aggregate) => What::Aggregate(aggregate),
            None => What::Value(self.value()?),
        };
        let named = self.takes("AS")?;
        let alias = match self.current.kind {
            Kind::Word(word) if !is_keyword(word) => {
                self.advance()?;
                Some(word.to_owned())
            }
            Kind::Name(name) => {
                self.advance()?;
                Some(name.to_owned())
            }
            _ if named => return Err(self.unexpected("a name for the column")),
            _ => None,
        };
        Ok(Column { what, alias })
    }

    /// `COUNT()`, `AVG(path)` and so on, if that is next.
    fn aggregate(&mut self) -> Result<Option<Aggregate>, QueryError> {
        self.offer(|| Expected::Aggregate);
        let Kind::Word(word) = self.current.kind else {
            return Ok(None);
        };
        let Some(total) = Total::find(word) else {
            return Ok(None);
        };
        self.advance()?;
        self.mark("(", "(")?;
        let at = self.current.at;
        let of = if self.is_mark(")") {
            None
        } else if total == Total::Count && self.is_mark("*") {
            self.advance()?;
            None
        } else {
            Some(self.value()?)
        };
        if of.is_none() && total != Total::Count {
            let message =
                format!("{total} of what; for example {total}(properties.reported.temperature)");
            return Err(self.error(at, message));
        }
        self.mark(")", ")")?;
        Ok(Some(Aggregate { total, of }))
    }

    fn source(&mut self) -> Result<Source, QueryError> {
        const SOURCES: [&str; 3] = ["devices", "devices.modules", "devices.jobs"];
        for source in SOURCES {
            self.offer(|| Expected::Keyword(source));
        }
        let at = self.current.at;
        let word = self.word("devices, devices.modules or devices.jobs")?;
        if !word.text.eq_ignore_ascii_case("devices") {
            let message = format!("there are {}", SOURCES.join(", "));
            let error = self.error(at, message);
            return Err(match nearest(word.text, &SOURCES) {
                Some(known) => error.suggesting(known),
                None => error,
            });
        }
        if !self.is_mark(".") {
            return Ok(Source::Devices);
        }
        self.advance()?;
        match self.current.kind {
            Kind::Word(word) if word.eq_ignore_ascii_case("modules") => {
                self.advance().map(|_| Source::Modules)
            }
            Kind::Word(word) if word.eq_ignore_ascii_case("jobs") => {
                self.advance().map(|_| Source::Jobs)
            }
            _ => Err(self.unexpected("modules or jobs")),
        }
    }

    /// Columns have names of their own, and those of a grouped answer are its groups or figures.
    fn check_columns(&self, query: &Query, places: &[usize]) -> Result<(), QueryError> {
        let names = query.names();
        for (index, (column, at)) in query.columns().iter().zip(places).enumerate() {
            if names[..index].contains(&names[index]) {
                let name = &names[index];
                let message = format!("two columns are called {name}; name one of them with AS");
                return Err(self.error(*at, message));
            }
            if let What::Value(expr) = &column.what
                && query.is_grouped()
                && !query.groups.contains(expr)
            {
                let message = format!(
                    "{expr} is neither a figure such as COUNT() nor grouped by; add GROUP BY {expr}"
                );
                return Err(self.error(*at, message));
            }
        }
        Ok(())
    }

    fn order(&mut self, query: &Query, names: &[String]) -> Result<Order, QueryError> {
        let at = self.current.at;
        let by = match self.column_name(names)? {
            Some(column) => By::Column(column),
            None => match self.aggregate()? {
                Some(aggregate) => {
                    let what = What::Aggregate(aggregate);
                    let mut columns = query.columns().iter();
                    let column = columns.position(|column| column.what == what);
                    By::Column(column.ok_or_else(|| {
                        self.error(
                            at,
                            "name this figure behind SELECT, for example COUNT() AS n",
                        )
                    })?)
                }
                None => self.ordered_value(query, at)?,
            },
        };
        let descending = self.takes("DESC")?;
        if !descending {
            self.takes("ASC")?;
        }
        Ok(Order { by, descending })
    }

    fn ordered_value(&mut self, query: &Query, at: usize) -> Result<By, QueryError> {
        let expr = self.value()?;
        let same = |column: &Column| matches!(&column.what, What::Value(own) if *own == expr);
        if let Some(column) = query.columns().iter().position(same) {
            return Ok(By::Column(column));
        }
        let answered = if query.is_grouped() {
            query.groups.contains(&expr)
        } else {
            !query.distinct || query.select == Select::All
        };
        if answered {
            return Ok(By::Value(expr));
        }
        let message = format!("{expr} is not part of the answer; add it behind SELECT");
        Err(self.error(at, message))
    }

    /// The number of the column whose name stands here alone.
    fn column_name(&mut self, names: &[String]) -> Result<Option<usize>, QueryError> {
        let (Kind::Word(name) | Kind::Name(name)) = self.current.kind else {
            return Ok(None);
        };
        let Some(column) = names.iter().position(|known| known == name) else {
            return Ok(None);
        };
        let next = self.lexer.clone().next()?;
        if matches!(next.kind, Kind::Mark("." | "[" | "(") | Kind::Name(_)) {
            return Ok(None);
        }
        self.advance()?;
        Ok(Some(column))
    }
}

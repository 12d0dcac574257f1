//! Relocatable WebAssembly objects, as far as it takes to empty functions: the module's sections and those of the
//! [tool conventions](https://github.com/WebAssembly/tool-conventions/blob/main/Linking.md).

use std::collections::HashSet;
use std::ops::Range;

const CUSTOM: u8 = 0;
const IMPORTS: u8 = 2;
const CODE: u8 = 10;
/// The part of the section `linking` that names functions.
const SYMBOLS: u8 = 8;

/// No locals, `unreachable`, and the end of the body; between them as many `nop` as keep its length.
const EMPTY: [u8; 2] = [0x00, 0x00];
const NOP: u8 = 0x01;
const END: u8 = 0x0b;

/// The object with the functions whose symbol is `gone` emptied, and their references taken from the list. `None` when
/// it cannot be read.
pub(super) fn without(object: &[u8], gone: impl Fn(&str) -> bool) -> Option<Vec<u8>> {
    let sections = sections(object)?;
    let section = |id| sections.iter().find(|section| section.id == id);
    let named = |name| sections.iter().find(|section| section.name == name);
    let Some(code) = section(CODE) else {
        return Some(object.to_vec());
    };
    let imported = match section(IMPORTS) {
        Some(imports) => imported_functions(Reader::new(object, &imports.content))?,
        None => 0,
    };
    let symbols = function_symbols(Reader::new(object, &named("linking")?.content))?;
    let gone: Vec<Option<usize>> = symbols
        .into_iter()
        .map(|symbol| {
            symbol
                .filter(|(_, name)| gone(name))
                .map(|(index, _)| index)
        })
        .collect();
    let indices: HashSet<usize> = gone.iter().flatten().copied().collect();
    let mut emptied = object.to_vec();
    let mut ranges = Vec::new();
    for (i, body) in bodies(Reader::new(object, &code.content))?
        .into_iter()
        .enumerate()
    {
        if indices.contains(&(imported + i)) && body.len() > EMPTY.len() {
            let (last, rest) = emptied[body.clone()].split_last_mut()?;
            rest.fill(NOP);
            rest[..EMPTY.len()].copy_from_slice(&EMPTY);
            *last = END;
            ranges.push(body.start - code.content.start..body.end - code.content.start);
        }
    }
    let Some(relocations) = named("reloc.CODE") else {
        return Some(emptied);
    };
    let is_gone = |symbol: usize| matches!(gone.get(symbol), Some(Some(_)));
    let kept = kept_relocations(Reader::new(object, &relocations.content), &ranges, is_gone)?;
    let mut rest = emptied[..relocations.start].to_vec();
    rest.push(CUSTOM);
    write_number(&mut rest, kept.len());
    rest.extend(kept);
    rest.extend_from_slice(&emptied[relocations.content.end..]);
    Some(rest)
}

struct Section<'a> {
    id: u8,
    /// Only custom sections have one.
    name: &'a str,
    start: usize,
    /// After id, length and name.
    content: Range<usize>,
}

fn sections(object: &[u8]) -> Option<Vec<Section<'_>>> {
    const HEADER: usize = 8;
    let mut sections = Vec::new();
    let mut reader = Reader::new(object, &(HEADER..object.len()));
    while !reader.is_empty() {
        let start = reader.at;
        let id = reader.byte()?;
        let length = reader.number()?;
        let end = reader.at.checked_add(length)?;
        object.get(reader.at..end)?;
        let name = if id == CUSTOM { reader.text()? } else { "" };
        sections.push(Section {
            id,
            name,
            start,
            content: reader.at..end,
        });
        reader.at = end;
    }
    Some(sections)
}

/// How many functions are imported; they come first in the numbering of functions.
fn imported_functions(mut imports: Reader<'_>) -> Option<usize> {
    let mut functions = 0;
    for _ in 0..imports.number()? {
        imports.text()?;
        imports.text()?;
        match imports.byte()? {
            0 => {
                functions += 1;
                imports.number()?;
            }
            1 => {
                imports.byte()?;
                imports.limits()?;
            }
            2 => imports.limits()?,
            3 => {
                imports.byte()?;
                imports.byte()?;
            }
            4 => {
                imports.byte()?;
                imports.number()?;
            }
            _ => return None,
        }
    }
    Some(functions)
}

/// Where the body of each function is, in their order.
fn bodies(mut code: Reader<'_>) -> Option<Vec<Range<usize>>> {
    let mut bodies = Vec::new();
    for _ in 0..code.number()? {
        let length = code.number()?;
        bodies.push(code.at..code.at.checked_add(length)?);
        code.at += length;
    }
    Some(bodies)
}

/// For each symbol number and name of the function, if it is one that the object defines.
fn function_symbols(mut linking: Reader<'_>) -> Option<Vec<Option<(usize, &str)>>> {
    const UNDEFINED: usize = 0x10;
    const EXPLICIT_NAME: usize = 0x40;
    let mut symbols = Vec::new();
    let _version = linking.number()?;
    while !linking.is_empty() {
        let part = linking.byte()?;
        let length = linking.number()?;
        let end = linking.at.checked_add(length)?;
        if part != SYMBOLS {
            linking.at = end;
            continue;
        }
        for _ in 0..linking.number()? {
            let kind = linking.byte()?;
            let flags = linking.number()?;
            let defined = flags & UNDEFINED == 0;
            let mut function = None;
            match kind {
                // Functions, globals, tags, tables.
                0 | 2 | 4 | 5 => {
                    let index = linking.number()?;
                    if defined || flags & EXPLICIT_NAME != 0 {
                        let name = linking.text()?;
                        if kind == 0 && defined {
                            function = Some((index, name));
                        }
                    }
                }
                // Data: a name, and where it is.
                1 => {
                    linking.text()?;
                    if defined {
                        linking.number()?;
                        linking.number()?;
                        linking.number()?;
                    }
                }
                // Sections.
                3 => {
                    linking.number()?;
                }
                _ => return None,
            }
            symbols.push(function);
        }
    }
    Some(symbols)
}

struct Relocation<'a> {
    kind: u8,
    offset: usize,
    /// Of a symbol, mostly.
    index: usize,
    written: &'a [u8],
}

/// The section of relocations, with its name, without those inside `ranges`, which are in order, and without what
/// only calls of functions that are gone were told: a panic's last argument is its place in the sources.
fn kept_relocations(
    mut section: Reader<'_>,
    ranges: &[Range<usize>],
    is_gone: impl Fn(usize) -> bool,
) -> Option<Vec<u8>> {
    const CALLED_FUNCTION: u8 = 0;
    const CONSTANT_ADDRESS: u8 = 4;
    /// From the constant to the function that is called right after it: five bytes, and the instruction.
    const LAST_ARGUMENT: usize = 6;
    let of = section.number()?;
    let relocations = relocations(section)?;
    let told: HashSet<usize> = relocations
        .iter()
        .filter(|each| each.kind == CALLED_FUNCTION && is_gone(each.index))
        .map(|call| call.offset.saturating_sub(LAST_ARGUMENT))
        .collect();
    let kept: Vec<&Relocation<'_>> = relocations
        .iter()
        .filter(|each| {
            let before = ranges.partition_point(|range| range.start <= each.offset);
            let is_inside = before > 0 && ranges[before - 1].contains(&each.offset);
            let is_told = each.kind == CONSTANT_ADDRESS && told.contains(&each.offset);
            !is_inside && !is_told
        })
        .collect();
    let name = b"reloc.CODE";
    let mut content = vec![name.len() as u8];
    content.extend_from_slice(name);
    write_number(&mut content, of);
    write_number(&mut content, kept.len());
    for each in kept {
        content.extend_from_slice(each.written);
    }
    Some(content)
}

fn relocations(mut section: Reader<'_>) -> Option<Vec<Relocation<'_>>> {
    let mut relocations = Vec::new();
    for _ in 0..section.number()? {
        let start = section.at;
        let kind = section.byte()?;
        let offset = section.number()?;
        let index = section.number()?;
        // Addresses in memory and offsets carry an addend; indices do not.
        if matches!(kind, 3..=5 | 8 | 9 | 11 | 14..=17 | 21..=23 | 25) {
            section.number()?;
        }
        relocations.push(Relocation {
            kind,
            offset,
            index,
            written: &section.bytes[start..section.at],
        });
    }
    Some(relocations)
}

/// LEB128.
fn write_number(to: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        to.push(number as u8 | 0x80);
        number >>= 7;
    }
    to.push(number as u8);
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn new(object: &'a [u8], content: &Range<usize>) -> Self {
        Self {
            bytes: &object[..content.end.min(object.len())],
            at: content.start,
        }
    }

    fn is_empty(&self) -> bool {
        self.at >= self.bytes.len()
    }

    fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    /// LEB128. What is signed is only skipped, so its value does not matter.
    fn number(&mut self) -> Option<usize> {
        let mut number = 0;
        let mut shift = 0;
        loop {
            let byte = self.byte()?;
            number |= usize::from(byte & 0x7f).checked_shl(shift)?;
            if byte & 0x80 == 0 {
                return Some(number);
            }
            shift += 7;
        }
    }

    fn text(&mut self) -> Option<&'a str> {
        let length = self.number()?;
        let end = self.at.checked_add(length)?;
        let text = std::str::from_utf8(self.bytes.get(self.at..end)?).ok()?;
        self.at = end;
        Some(text)
    }

    fn limits(&mut self) -> Option<()> {
        let flags = self.number()?;
        self.number()?;
        if flags & 1 != 0 {
            self.number()?;
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

    use super::*;

    fn section(id: u8, content: &[u8]) -> Vec<u8> {
        let mut section = vec![id];
        write_number(&mut section, content.len());
        section.extend_from_slice(content);
        section
    }

    fn custom(name: &str, content: &[u8]) -> Vec<u8> {
        let name = [&[name.len() as u8], name.as_bytes()].concat();
        section(CUSTOM, &[&name, content].concat())
    }

    /// An imported function, `a` that calls it, and `b` that calls `a` with an address.
    fn object(code: &[u8], relocations: &[u8]) -> Vec<u8> {
        let imports = b"\x01\x03env\x04call\x00\x00";
        let symbols = b"\x00\x10\x00\x00\x00\x01\x01a\x00\x00\x02\x01b";
        let symbols = [&[0x03], symbols.as_slice()].concat();
        let linking = [&[2, SYMBOLS, symbols.len() as u8], symbols.as_slice()].concat();
        [
            b"\0asm\x01\0\0\0".to_vec(),
            section(IMPORTS, imports),
            section(CODE, code),
            custom("linking", &linking),
            custom("reloc.CODE", relocations),
            custom("producers", b"after"),
        ]
        .concat()
    }

    #[test]
    fn emptied_functions_refer_to_nothing_and_are_told_nothing() {
        let a = b"\x04\x00\x10\x00\x0b";
        let b = b"\x0e\x00\x41\x80\x80\x80\x80\x00\x10\x81\x80\x80\x80\x00\x0b";
        let (call, address, call_of_a) = (b"\x00\x04\x00", b"\x04\x09\x02\x00", b"\x00\x0f\x01");
        let before = object(
            &[&[2], a.as_slice(), b].concat(),
            &[b"\x02\x03", call.as_slice(), address, call_of_a].concat(),
        );
        let empty = b"\x04\x00\x00\x01\x0b";
        let after = object(
            &[&[2], empty.as_slice(), b].concat(),
            &[b"\x02\x01", call_of_a.as_slice()].concat(),
        );
        assert_eq!(without(&before, |symbol| symbol == "a").unwrap(), after);
        assert_eq!(without(&before, |_| false).unwrap(), before);
        assert_eq!(without(&before[..before.len() - 8], |_| false), None);
    }
}

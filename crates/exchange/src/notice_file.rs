//! The plain text of a notice as it is sent: `.txt` in UTF-8, UTF-16 or GB18030, or `.docx`. Meant to run in the child
//! process of `sandbox`. What does not belong here: what the text says (`domain::notice`).

use std::{
    collections::HashMap,
    io::{Cursor, Read},
};

use domain::notice::chinese_numeral;
use quick_xml::{
    Reader,
    events::{BytesStart, Event},
};

use crate::{csv_text, problem::ImportError, sheet::Limits};

/// Longest notice, in bytes of its plain text.
const MOST_TEXT: usize = 2 << 20;
/// The part of a `.docx` that holds the text.
const BODY: &str = "word/document.xml";
/// The part that says how numbered paragraphs are numbered.
const NUMBERING: &str = "word/numbering.xml";

/// Reads the text, one line for each paragraph of a `.docx`. Content decides what it is; the name only forbids: what is
/// called `.docx` must be one.
///
/// Errors: too large, empty, not a notice, not decodable.
pub fn read(bytes: &[u8], is_called_docx: bool, limits: &Limits) -> Result<String, ImportError> {
    let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    if size > limits.file_bytes {
        return Err(ImportError::FileTooLarge {
            megabytes: size.div_ceil(1 << 20),
            limit: limits.file_bytes >> 20,
        });
    }
    let text = match bytes {
        [] => return Err(ImportError::Empty),
        [b'P', b'K', ..] => docx(bytes, is_called_docx, limits)?,
        _ if is_called_docx => return Err(ImportError::NotDocx),
        _ => plain(bytes)?,
    };
    match text.trim().is_empty() {
        true => Err(ImportError::Empty),
        false => Ok(text),
    }
}

fn plain(bytes: &[u8]) -> Result<String, ImportError> {
    let kinds: [(&[u8], &str); 7] = [
        (b"\xD0\xCF\x11\xE0", "旧版 Word 文档（.doc）"),
        (b"%PDF", "PDF 文件"),
        (b"{\\rtf", "RTF 文档"),
        (b"\xFF\xD8\xFF", "图片"),
        (b"\x89PNG", "图片"),
        (b"Rar!", "压缩包"),
        (b"7z\xBC\xAF", "压缩包"),
    ];
    if let Some((_, found)) = kinds.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return Err(ImportError::NotANotice { found: (*found).to_owned() });
    }
    let is_utf16 = bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF");
    if !is_utf16 && bytes.contains(&0) {
        return Err(ImportError::NotANotice { found: "无法识别的文件".to_owned() });
    }
    if bytes.len() > MOST_TEXT {
        return Err(ImportError::FileTooComplex);
    }
    match csv_text::decode(bytes) {
        (_, true) => Err(ImportError::NoticeEncoding),
        (text, false) => Ok(text.into_owned()),
    }
}

fn docx(bytes: &[u8], is_called_docx: bool, limits: &Limits) -> Result<String, ImportError> {
    let not_one = || match is_called_docx {
        true => ImportError::NotDocx,
        false => ImportError::NotANotice { found: "压缩包".to_owned() },
    };
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| not_one())?;
    if archive.len() > limits.entries {
        return Err(ImportError::FileTooComplex);
    }
    let body = part(&mut archive, BODY, limits)?.ok_or_else(not_one)?;
    let mut numbering = match part(&mut archive, NUMBERING, limits)? {
        Some(xml) => Numbering::read(&xml)?,
        None => Numbering::default(),
    };
    paragraphs(&body, &mut numbering)
}

/// One part of the container as text; none when it is not there. Only what is asked for is ever unpacked, and never
/// further than it may reach.
fn part(
    archive: &mut zip::ZipArchive<Cursor<&[u8]>>,
    name: &str,
    limits: &Limits,
) -> Result<Option<String>, ImportError> {
    let entry = match archive.by_name(name) {
        Ok(entry) => entry,
        Err(zip::result::ZipError::FileNotFound) => return Ok(None),
        Err(zip::result::ZipError::UnsupportedArchive(_)) => return Err(ImportError::Encrypted),
        Err(_) => return Err(ImportError::Unreadable),
    };
    let packed = entry.compressed_size().max(1);
    let most = limits.unpacked_bytes.min(packed.saturating_mul(limits.ratio).max(limits.ratio_from_bytes));
    let mut xml = Vec::new();
    entry.take(most.saturating_add(1)).read_to_end(&mut xml).map_err(|_| ImportError::Unreadable)?;
    if u64::try_from(xml.len()).unwrap_or(u64::MAX) > most {
        return Err(ImportError::FileTooComplex);
    }
    String::from_utf8(xml).map(Some).map_err(|_| ImportError::Unreadable)
}

/// The value of the attribute `val`, or of another by its local name.
fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = tag.attributes().flatten().find(|attribute| attribute.key.local_name().as_ref() == name)?;
    Some(found.value.to_string())
}

/// How a list level writes its number.
#[derive(Debug, Clone, Default)]
struct ListLevel {
    /// Number of the first.
    start: u32,
    /// Name of the script, as `decimal` or `chineseCounting`.
    script: String,
    /// With `%1` where the number of the first level stands.
    pattern: String,
}

/// The numbers a word processor puts before paragraphs without writing them into the text.
#[derive(Debug, Default)]
struct Numbering {
    /// Levels by list definition.
    lists: HashMap<String, Vec<ListLevel>>,
    /// Definition of each list in use.
    uses: HashMap<String, String>,
    /// How far each definition has counted, level by level.
    counts: HashMap<String, Vec<Option<u32>>>,
}

/// Levels a word processor knows.
const MOST_LEVELS: usize = 9;

impl Numbering {
    fn read(xml: &str) -> Result<Self, ImportError> {
        let mut reader = Reader::from_str(xml);
        let mut found = Self::default();
        let (mut list, mut number) = (None, None);
        loop {
            let event = reader.read_event().map_err(|_| ImportError::Unreadable)?;
            let (Event::Start(tag) | Event::Empty(tag)) = &event else {
                match event {
                    Event::DocType(_) => return Err(ImportError::FileTooComplex),
                    Event::Eof => return Ok(found),
                    _ => continue,
                }
            };
            let val = attribute(tag, "val");
            match tag.local_name().as_ref() {
                "abstractNum" => list = attribute(tag, "abstractNumId"),
                "num" => {
                    list = None;
                    number = attribute(tag, "numId");
                }
                "abstractNumId" => {
                    if let (Some(number), Some(list)) = (number.clone(), val) {
                        found.uses.insert(number, list);
                    }
                }
                "lvl" => {
                    if let Some(list) = &list {
                        let levels = found.lists.entry(list.clone()).or_default();
                        if levels.len() < MOST_LEVELS {
                            levels.push(ListLevel { start: 1, ..ListLevel::default() });
                        }
                    }
                }
                key => {
                    let levels = list.as_ref().and_then(|list| found.lists.get_mut(list));
                    let (Some(level), Some(val)) = (levels.and_then(|levels| levels.last_mut()), val) else {
                        continue;
                    };
                    match key {
                        "start" => level.start = val.parse().unwrap_or(1),
                        "numFmt" => level.script = val,
                        "lvlText" => level.pattern = val,
                        _ => {}
                    }
                }
            }
        }
    }

    /// The next number of a list at a level, as it is printed; empty for bullets and unknown lists.
    fn next(&mut self, number: &str, level: usize) -> String {
        let Some(list) = self.uses.get(number) else { return String::new() };
        let Some(levels) = self.lists.get(list).filter(|levels| level < levels.len()) else {
            return String::new();
        };
        let counts = self.counts.entry(list.clone()).or_insert_with(|| vec![None; levels.len()]);
        for (n, count) in counts.iter_mut().enumerate() {
            let start = levels.get(n).map_or(1, |level| level.start);
            if n == level {
                *count = Some(count.map_or(start, |count| count.saturating_add(1)));
            } else if n > level {
                *count = None;
            }
        }
        let Some(own) = levels.get(level).filter(|own| own.pattern.contains('%')) else {
            return String::new();
        };
        let mut out = own.pattern.clone();
        for (n, (count, of)) in counts.iter().zip(levels).enumerate() {
            let count = count.unwrap_or(of.start);
            let chinese =
                ["hinese", "ideograph", "japaneseCounting"].iter().any(|part| of.script.contains(part));
            let written = if chinese { chinese_numeral(count) } else { count.to_string() };
            out = out.replace(&format!("%{}", n + 1), &written);
        }
        out
    }
}

/// The paragraphs of a document part, a line each. Deleted text, field codes and the older copy of a drawing are left
/// out.
fn paragraphs(xml: &str, numbering: &mut Numbering) -> Result<String, ImportError> {
    let mut reader = Reader::from_str(xml);
    let mut text = String::new();
    let mut in_text = false;
    let mut fallback = 0_u32;
    // The list of the paragraph at hand and its level.
    let mut list: Option<(String, usize)> = None;
    loop {
        let event = reader.read_event().map_err(|_| ImportError::Unreadable)?;
        match &event {
            // No word processor writes one; only who wants to smuggle in a file or a bomb does.
            Event::DocType(_) => return Err(ImportError::FileTooComplex),
            Event::Start(tag) if tag.local_name().as_ref() == "Fallback" => fallback += 1,
            Event::End(tag) if tag.local_name().as_ref() == "Fallback" => {
                fallback = fallback.saturating_sub(1);
            }
            _ if fallback > 0 && !matches!(event, Event::Eof) => {}
            Event::Start(tag) if tag.local_name().as_ref() == "t" => in_text = true,
            Event::End(tag) => match tag.local_name().as_ref() {
                "t" => in_text = false,
                "p" => text.push('\n'),
                "pPr" => {
                    if let Some((number, level)) = list.take() {
                        text.push_str(&numbering.next(&number, level));
                    }
                }
                _ => {}
            },
            Event::Empty(tag) => match tag.local_name().as_ref() {
                "tab" => text.push('\t'),
                "br" | "cr" | "p" => text.push('\n'),
                "ilvl" => {
                    let level = attribute(tag, "val").and_then(|val| val.parse().ok()).unwrap_or(0);
                    list = Some((String::new(), level));
                }
                "numId" => {
                    let level = list.take().map_or(0, |(_, level)| level);
                    list = attribute(tag, "val").map(|number| (number, level));
                }
                _ => {}
            },
            Event::Text(part) if in_text => text.push_str(&part.xml10_content()),
            Event::CData(part) if in_text => text.push_str(&part.xml10_content()),
            Event::GeneralRef(name) if in_text => text.push(character(name)?),
            Event::Eof => return Ok(text),
            _ => {}
        }
        if text.len() > MOST_TEXT {
            return Err(ImportError::FileTooComplex);
        }
    }
}

/// One of XML's own names for a character, or its number.
pub(crate) fn character(name: &quick_xml::events::BytesRef<'_>) -> Result<char, ImportError> {
    if let Some(c) = name.resolve_char_ref().map_err(|_| ImportError::Unreadable)? {
        return Ok(c);
    }
    match name.xml10_content().as_ref() {
        "amp" => Ok('&'),
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "quot" => Ok('"'),
        "apos" => Ok('\''),
        _ => Err(ImportError::FileTooComplex),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use zip::write::SimpleFileOptions;

    fn packed(parts: &[(&str, &str)]) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in parts {
            zip.start_file(*name, SimpleFileOptions::default()).expect("a name");
            zip.write_all(content.as_bytes()).expect("memory");
        }
        zip.finish().expect("memory").into_inner()
    }

    fn document(body: &str) -> Vec<u8> {
        packed(&[(BODY, &format!("<w:document xmlns:w=\"w\"><w:body>{body}</w:body></w:document>"))])
    }

    fn told(bytes: &[u8], is_called_docx: bool) -> Result<String, &'static str> {
        read(bytes, is_called_docx, &Limits::default()).map_err(|error| error.code())
    }

    #[test]
    fn text_is_read_in_the_encodings_that_reach_a_township() {
        let text = "一、任务\n1.建队伍。\n";
        let (gbk, _, _) = encoding_rs::GBK.encode(text);
        let utf16: Vec<u8> =
            [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        for bytes in [text.as_bytes(), gbk.as_ref(), &utf16, format!("\u{feff}{text}").as_bytes()] {
            assert_eq!(told(bytes, false).as_deref(), Ok(text));
        }
        assert_eq!(told(b"\xB5\xDA\xFF\xFF\xFF", false), Err("notice.encoding"));
    }

    #[test]
    fn a_docx_becomes_a_line_for_each_paragraph() {
        let body = "<w:p><w:r><w:t>1.</w:t></w:r><w:r><w:t xml:space=\"preserve\">甲 &amp; 乙&#12290;</w:t><w:br/>\
                    </w:r><w:del><w:r><w:delText>旧</w:delText></w:r></w:del></w:p><w:p/><w:tbl><w:tc><w:p><w:r>\
                    <w:tab/><w:t>丙</w:t><w:instrText>PAGE</w:instrText></w:r></w:p></w:tc></w:tbl>\
                    <mc:Fallback><w:p><w:t>丙</w:t></w:p></mc:Fallback>";
        assert_eq!(told(&document(body), true).as_deref(), Ok("1.甲 & 乙。\n\n\n\t丙\n"));
    }

    #[test]
    fn numbers_a_word_processor_keeps_beside_the_text_are_written_out() {
        let level = |n: usize, script: &str, pattern: &str| {
            format!(
                "<w:lvl w:ilvl=\"{n}\"><w:start w:val=\"1\"/><w:numFmt w:val=\"{script}\"/>\
                 <w:lvlText w:val=\"{pattern}\"/></w:lvl>"
            )
        };
        let numbering = format!(
            "<w:numbering><w:abstractNum w:abstractNumId=\"7\">{}{}{}</w:abstractNum>\
             <w:num w:numId=\"2\"><w:abstractNumId w:val=\"7\"/></w:num></w:numbering>",
            level(0, "chineseCounting", "%1、"),
            level(1, "decimal", "%2."),
            level(2, "bullet", "·"),
        );
        let line = |level: usize, text: &str| {
            format!(
                "<w:p><w:pPr><w:numPr><w:ilvl w:val=\"{level}\"/><w:numId w:val=\"2\"/></w:numPr></w:pPr>\
                 <w:r><w:t>{text}</w:t></w:r></w:p>"
            )
        };
        let lines =
            [line(0, "甲"), line(1, "子"), line(1, "丑"), line(2, "点"), line(0, "乙"), line(1, "寅")];
        let body =
            format!("<w:document><w:body>{}<w:p><w:t>丙</w:t></w:p></w:body></w:document>", lines.concat());
        let read = told(&packed(&[(BODY, &body), (NUMBERING, &numbering)]), true);
        assert_eq!(read.as_deref(), Ok("一、甲\n1.子\n2.丑\n点\n二、乙\n1.寅\n丙\n"));
        let read = told(&packed(&[(BODY, &body)]), true);
        assert_eq!(
            read.as_deref(),
            Ok("甲\n子\n丑\n点\n乙\n寅\n丙\n"),
            "without the part nothing is invented"
        );
    }

    #[test]
    fn what_is_no_notice_is_refused_in_one_sentence() {
        let zip_of_other = packed(&[("photo.txt", "x")]);
        for (bytes, docx, code) in [
            (&b""[..], false, "import.file_empty"),
            (b" \n ", false, "import.file_empty"),
            ("一、任务".as_bytes(), true, "notice.not_docx"),
            (b"PK\x03\x04 broken", true, "notice.not_docx"),
            (&zip_of_other, true, "notice.not_docx"),
            (&zip_of_other, false, "notice.wrong_type"),
            (b"%PDF-1.7", false, "notice.wrong_type"),
            (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", false, "notice.wrong_type"),
            (b"a\0b", false, "notice.wrong_type"),
            (&document("<w:p><w:t>甲</w:p>"), true, "import.unreadable"),
        ] {
            assert_eq!(told(bytes, docx), Err(code));
        }
        let sentence = ImportError::NotDocx.to_string();
        assert!(!sentence.contains('\n') && sentence.contains("另存为"));
    }

    #[test]
    fn a_bomb_and_a_smuggled_entity_are_refused() {
        let zeros = format!("<w:p><w:t>{}</w:t></w:p>", "0".repeat(40 << 20));
        assert_eq!(told(&document(&zeros), true), Err("import.file_too_complex"));
        let smuggled = "<!DOCTYPE d [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><d><w:t>&x;</w:t></d>";
        assert_eq!(told(&packed(&[(BODY, smuggled)]), true), Err("import.file_too_complex"));
        assert_eq!(told(&document("<w:p><w:t>&x;</w:t></w:p>"), true), Err("import.file_too_complex"));
        let many: Vec<(String, &str)> = (0..500).map(|n| (format!("part{n}"), "")).collect();
        let many: Vec<(&str, &str)> = many.iter().map(|(name, text)| (name.as_str(), *text)).collect();
        assert_eq!(told(&packed(&many), true), Err("import.file_too_complex"));
    }
}

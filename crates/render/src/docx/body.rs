//! The body of an editable file: paragraphs, tables, pictures, and the foot of the last page.

use crate::copy::{Copy, Enclosed, Piece, size};
use crate::docx::{Sheet, twips};
use crate::measure::{GB9704, PT_PER_MM};
use crate::problem::Refusal;

const RED: &str = "FF0000";
/// Height of the mark's line in sizes of the mark: four fifths of it is where the ink of a mark begins.
const MARK_LINE: f64 = 1.06;
/// English metric units in a millimetre, in which pictures are measured.
pub(super) const EMU_PER_MM: f64 = 36_000.0;

/// The body as XML and the pictures in it: name within the archive, bytes.
pub(super) struct Body {
    pub(super) xml: String,
    pub(super) pictures: Vec<(String, Vec<u8>)>,
}

/// Draws the copy.
pub(super) fn draw(copy: &Copy, enclosed: &Enclosed<'_>, sheet: &Sheet) -> Result<Body, Refusal> {
    let mut pen = Pen { sheet, enclosed, out: String::new(), pictures: Vec::new(), maps: 0 };
    match copy.layout {
        "circular" | "upward" => pen.red_head(copy, copy.layout == "upward"),
        "letter" => pen.letter_head(copy),
        "minutes" => pen.minutes_head(copy),
        _ => pen.plain_head(copy),
    }
    if !copy.recipients.is_empty() {
        pen.paragraph(&Look::default(), &copy.recipients);
    }
    for piece in &copy.blocks {
        pen.piece(piece)?;
    }
    pen.tail(copy);
    Ok(Body { xml: pen.out, pictures: pen.pictures })
}

/// Text as XML holds it.
pub(super) fn escaped(text: &str) -> String {
    let legal = |c: &char| *c >= ' ' || ['\n', '\t'].contains(c);
    text.chars()
        .filter(legal)
        .collect::<String>()
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// How a paragraph looks; lengths in points.
#[derive(Clone, Default)]
struct Look {
    style: &'static str,
    /// Face, when it is not that of the style.
    face: &'static str,
    size: Option<f64>,
    colour: &'static str,
    bold: bool,
    align: &'static str,
    /// Exact height of a line, when it is not that of the sheet.
    line: Option<f64>,
    /// How far the first line is moved in; less than nothing where the others are.
    first: f64,
    left: f64,
    right: f64,
    keep_next: bool,
    /// Tab at the right edge.
    right_tab: Option<f64>,
    /// Rule below: eighths of a point, distance in points, kind.
    rule: Option<(u32, u32, &'static str)>,
}

struct Pen<'a> {
    sheet: &'a Sheet,
    enclosed: &'a Enclosed<'a>,
    out: String,
    pictures: Vec<(String, Vec<u8>)>,
    /// Maps drawn so far.
    maps: usize,
}

/// Word shows JPEG and PNG only.
fn for_word(name: String, bytes: &[u8]) -> (String, Vec<u8>) {
    let mut png = std::io::Cursor::new(Vec::new());
    let redrawn = name.ends_with(".webp")
        && image::load_from_memory(bytes)
            .is_ok_and(|image| image.write_to(&mut png, image::ImageFormat::Png).is_ok());
    if redrawn { (name.replace(".webp", ".png"), png.into_inner()) } else { (name, bytes.to_vec()) }
}

/// 密级 and 紧急程度 are set in 黑体, the copy number as the body is.
fn mark_look(mark: &str) -> Look {
    let is_number = mark.bytes().all(|digit| digit.is_ascii_digit());
    Look { face: if is_number { "" } else { HEI }, ..Look::default() }
}

fn twentieths(pt: f64) -> i64 {
    (pt * 20.0).round() as i64
}

impl Look {
    fn paragraph_xml(&self, sheet: &Sheet) -> String {
        // Children in the order of the schema: pStyle keepNext pBdr tabs autoSpaceDE autoSpaceDN spacing ind jc.
        let mut xml = String::from("<w:pPr>");
        if !self.style.is_empty() {
            xml += &format!("<w:pStyle w:val=\"{}\"/>", self.style);
        }
        if self.keep_next {
            xml += "<w:keepNext/>";
        }
        if let Some((width, space, kind)) = self.rule {
            xml += &format!(
                "<w:pBdr><w:bottom w:val=\"{kind}\" w:sz=\"{width}\" w:space=\"{space}\" w:color=\"{RED}\"/></w:pBdr>"
            );
        }
        if let Some(tab) = self.right_tab {
            xml += &format!("<w:tabs><w:tab w:val=\"right\" w:pos=\"{}\"/></w:tabs>", twentieths(tab));
        }
        // No space between Chinese and digits: the grid has none.
        xml += "<w:autoSpaceDE w:val=\"0\"/><w:autoSpaceDN w:val=\"0\"/>";
        // Rounded down, or 22 lines would be higher than the type area.
        let line = (self.line.unwrap_or(sheet.line) * 20.0).floor();
        xml += &format!("<w:spacing w:before=\"0\" w:after=\"0\" w:line=\"{line}\" w:lineRule=\"exact\"/>");
        let [left, right, first] = [self.left, self.right, self.first].map(twentieths);
        // The format knows no negative first line: it hangs.
        let word = if first < 0 { "hanging" } else { "firstLine" };
        let first = first.abs();
        xml += &format!("<w:ind w:left=\"{left}\" w:right=\"{right}\" w:{word}=\"{first}\"/>");
        if !self.align.is_empty() {
            xml += &format!("<w:jc w:val=\"{}\"/>", self.align);
        }
        xml + "</w:pPr>"
    }

    fn run_xml(&self) -> String {
        // rFonts b color sz szCs.
        let mut xml = String::from("<w:rPr>");
        if !self.face.is_empty() {
            let face = self.face;
            xml += &format!(
                "<w:rFonts w:ascii=\"{face}\" w:hAnsi=\"{face}\" w:eastAsia=\"{face}\" w:cs=\"{face}\"/>"
            );
        }
        if self.bold {
            xml += "<w:b/>";
        }
        if !self.colour.is_empty() {
            xml += &format!("<w:color w:val=\"{}\"/>", self.colour);
        }
        if let Some(size) = self.size {
            let half = (size * 2.0).round() as i64;
            xml += &format!("<w:sz w:val=\"{half}\"/><w:szCs w:val=\"{half}\"/>");
        }
        xml + "</w:rPr>"
    }
}

/// A run of text; line breaks stay, a tab goes to the next stop.
fn run(look: &Look, text: &str) -> String {
    let text = escaped(text).replace('\n', "</w:t><w:br/><w:t xml:space=\"preserve\">");
    let text = text.replace('\t', "</w:t><w:tab/><w:t xml:space=\"preserve\">");
    format!("<w:r>{}<w:t xml:space=\"preserve\">{text}</w:t></w:r>", look.run_xml())
}

pub(super) const TITLE_FACE: &str = "方正小标宋简体";
pub(super) const HEI: &str = "黑体";
pub(super) const KAI: &str = "楷体_GB2312";
pub(super) const SONG: &str = "宋体";

impl Pen<'_> {
    fn runs(&mut self, look: &Look, runs: &str) {
        self.out += &format!("<w:p>{}{runs}</w:p>", look.paragraph_xml(self.sheet));
    }

    fn paragraph(&mut self, look: &Look, text: &str) {
        let run = run(look, text);
        self.runs(look, &run);
    }

    /// Empty height, in points. A paragraph and no space before: at the top of a page such space may be swallowed.
    fn gap(&mut self, pt: f64) {
        if pt > 0.5 {
            self.paragraph(&Look { line: Some(pt), size: Some(1.0), ..Look::default() }, "");
        }
    }

    fn blank(&mut self, lines: usize) {
        (0..lines).for_each(|_| self.paragraph(&Look::default(), ""));
    }

    /// One character of the body, in points.
    fn one(&self) -> f64 {
        if self.sheet.official { GB9704.char_pt() } else { self.sheet.size }
    }

    fn room_pt(&self) -> f64 {
        self.sheet.room() * PT_PER_MM
    }

    /// The mark: a line of fixed height puts the baseline at four fifths of it, so that the ink begins at its top.
    fn mark(&mut self, copy: &Copy, rule: Option<(u32, u32, &'static str)>) {
        let size = copy.head_pt;
        // The double rule of a letter is longer than its lines.
        let out = if rule.is_some() { (GB9704.width - GB9704.letter_rule) / 2.0 * PT_PER_MM } else { 0.0 };
        let look = Look {
            face: TITLE_FACE,
            size: Some(size),
            colour: RED,
            bold: true,
            align: "center",
            line: Some(size * MARK_LINE),
            left: out,
            right: out,
            rule,
            ..Look::default()
        };
        self.paragraph(&look, &copy.head);
    }

    fn title(&mut self, copy: &Copy, size: f64, line: f64) {
        for text in &copy.title {
            let look = Look {
                style: "Title",
                size: Some(size),
                align: "center",
                line: Some(line),
                ..Look::default()
            };
            self.paragraph(&look, text);
        }
    }

    fn red_head(&mut self, copy: &Copy, upward: bool) {
        let mut above = GB9704.head_top * PT_PER_MM;
        for mark in &copy.marks {
            self.paragraph(&mark_look(mark), mark);
            above -= self.sheet.line;
        }
        self.gap(above);
        self.mark(copy, None);
        // Two lines from ink to ink: less what is empty below the mark and above the number in their own lines.
        let line = GB9704.body * 1.3;
        let below_mark = copy.head_pt * (MARK_LINE * 0.2 - 0.08);
        self.gap(2.0 * self.sheet.line - below_mark - (line * 0.8 - GB9704.body * 0.86));
        // The rule hangs below the line; the ink of the number ends a little above the line's end.
        let ink_above_end = line * 0.2 - GB9704.body * 0.12;
        let space = (GB9704.rule_gap * PT_PER_MM - ink_above_end).round() as u32;
        let look = Look { line: Some(line), rule: Some((12, space, "single")), ..Look::default() };
        if upward {
            let tab = self.room_pt() - self.one();
            // A space and no indent: the rule below would be indented too.
            let look = Look { right_tab: Some(tab), ..look };
            let name = run(&Look { face: KAI, ..Look::default() }, &copy.signer);
            let runs = run(&look, &format!("　{}\t签发人：", copy.number)) + &name;
            self.runs(&look, &runs);
        } else {
            self.paragraph(&Look { align: "center", ..look }, &copy.number);
        }
        self.blank(2);
        self.title(copy, GB9704.title, self.sheet.line);
        self.blank(1);
    }

    fn letter_head(&mut self, copy: &Copy) {
        // The mark begins above the type area; the page's own top margin is that of the letter (see `parts`).
        self.mark(copy, Some((36, (GB9704.rule_gap * PT_PER_MM).round() as u32, "thickThinSmallGap")));
        self.gap(GB9704.body * 7.0 / 8.0);
        match copy.marks.split_first() {
            None => self.paragraph(&Look { align: "right", ..Look::default() }, &copy.number),
            // The first mark stands left on the line of the number, more of them below it.
            Some((first, more)) => {
                let look = Look { right_tab: Some(self.room_pt()), ..Look::default() };
                let runs = run(&mark_look(first), first) + &run(&look, &format!("\t{}", copy.number));
                self.runs(&look, &runs);
                for mark in more {
                    self.paragraph(&mark_look(mark), mark);
                }
            }
        }
        self.blank(2);
        self.title(copy, GB9704.title, self.sheet.line);
        self.blank(1);
    }

    fn minutes_head(&mut self, copy: &Copy) {
        self.gap(GB9704.head_top * PT_PER_MM);
        self.mark(copy, None);
        self.blank(1);
        // The red rule stands below the last line of the head.
        let rule = Some((12, 8, "single"));
        let above = if copy.printed.is_some() { None } else { rule };
        self.paragraph(&Look { align: "center", rule: above, ..Look::default() }, &copy.number);
        if let Some((by, on)) = &copy.printed {
            let right_tab = Some(self.room_pt() - self.one());
            self.paragraph(&Look { right_tab, rule, ..Look::default() }, &format!("　{by}\t{on}"));
        }
        self.blank(1);
        self.title(copy, GB9704.title, self.sheet.line);
        self.blank(1);
    }

    fn plain_head(&mut self, copy: &Copy) {
        let size = self.sheet.size;
        let centred = Look { align: "center", ..Look::default() };
        if copy.layout == "form" {
            self.paragraph(&Look { size: Some(14.0), ..centred.clone() }, &copy.head);
        }
        let longest = copy.title.iter().map(|line| line.chars().count()).max().unwrap_or(1).max(1);
        let title = (size * 1.7).min(self.room_pt() / longest as f64);
        self.title(copy, title, title * 1.4);
        match copy.layout {
            "sheet" => {
                let look = Look { right_tab: Some(self.room_pt()), ..Look::default() };
                self.paragraph(&look, &format!("{}\t{}", copy.head, copy.number));
            }
            _ if !copy.number.is_empty() => {
                self.paragraph(&Look { align: "right", ..Look::default() }, &copy.number);
            }
            _ => {}
        }
    }

    fn piece(&mut self, piece: &Piece) -> Result<(), Refusal> {
        let two = 2.0 * self.one();
        let small = self.sheet.size.min(12.0);
        match piece {
            Piece::Heading { level, text } => {
                let style = match level {
                    1 => "Heading1",
                    2 => "Heading2",
                    3 => "Heading3",
                    _ => "Heading4",
                };
                self.paragraph(&Look { style, first: two, keep_next: true, ..Look::default() }, text);
            }
            Piece::Paragraph { text } => {
                // 28 characters of the grid fill a line by themselves. Spread over a justified line, LibreOffice drops the comma that
                // ends it.
                let align = if self.sheet.official { "" } else { "both" };
                self.paragraph(&Look { first: two, align, ..Look::default() }, text);
            }
            Piece::Table { titles, shares, rows } => {
                let whole: f64 = shares.iter().map(|share| f64::from(*share)).sum();
                let widths: Vec<f64> =
                    shares.iter().map(|share| self.sheet.room() * f64::from(*share) / whole).collect();
                let head = Look {
                    face: HEI,
                    size: Some(small),
                    align: "center",
                    line: Some(small * 1.5),
                    ..Look::default()
                };
                let plain = Look { face: "", ..head.clone() };
                let cells = |row: &[String], look: &Look| {
                    row.iter()
                        .zip(&widths)
                        .map(|(text, width)| self.cell(*width, 1, look, text))
                        .collect::<String>()
                };
                let mut xml = format!("<w:tr><w:trPr><w:tblHeader/></w:trPr>{}</w:tr>", cells(titles, &head));
                for row in rows {
                    xml += &format!("<w:tr><w:trPr><w:cantSplit/></w:trPr>{}</w:tr>", cells(row, &plain));
                }
                self.table(&widths, &xml);
            }
            Piece::Fields { rows } => {
                let label_mm = self.sheet.size * 6.5 / PT_PER_MM;
                let value_mm = self.sheet.room() / 2.0 - label_mm;
                let line = self.sheet.size * 1.5;
                let label = Look { face: HEI, align: "center", line: Some(line), ..Look::default() };
                let value = Look { line: Some(line), ..Look::default() };
                let mut xml = String::new();
                for row in rows {
                    xml += "<w:tr><w:trPr><w:cantSplit/></w:trPr>";
                    for (name, text) in row {
                        let (width, span) =
                            if row.len() == 1 { (self.sheet.room() - label_mm, 3) } else { (value_mm, 1) };
                        xml += &self.cell(label_mm, 1, &label, name);
                        xml += &self.cell(width, span, &value, text);
                    }
                    xml += "</w:tr>";
                }
                self.table(&[label_mm, value_mm, label_mm, value_mm], &xml);
            }
            Piece::Checks { label, options } => {
                let look = Look { first: two, ..Look::default() };
                let mut runs = run(&Look { face: HEI, ..Look::default() }, &format!("{label}："));
                for (text, on) in options {
                    runs += &run(&look, &format!("{}{text}　", if *on { "☑" } else { "□" }));
                }
                self.runs(&look, &runs);
            }
            Piece::Photos { photos } => {
                for (file, caption) in photos {
                    let bytes = self.enclosed.photos.get(file).copied().unwrap_or_default();
                    let (wide, high) = size(bytes).unwrap_or((4, 3));
                    let most = (self.sheet.room() / 2.0, 60.0);
                    let scale = (most.0 / f64::from(wide)).min(most.1 / f64::from(high));
                    let name = file.trim_start_matches('/').replace('/', "_");
                    let (name, bytes) = for_word(name, bytes);
                    self.picture(name, bytes, f64::from(wide) * scale, f64::from(high) * scale, caption);
                }
            }
            Piece::Signatures { places } => {
                for (label, name, on) in places {
                    let name = if name.is_empty() { "　　　　　　　　" } else { name };
                    let look = Look { right_tab: Some(self.room_pt()), keep_next: false, ..Look::default() };
                    self.blank(1);
                    self.paragraph(&look, &format!("{label}：{name}\t{on}"));
                }
            }
            Piece::Qr { file, caption } => {
                let Some((png, _)) = self.enclosed.codes.get(file).and_then(crate::qr::Qr::png) else {
                    return Err(Refusal::Typesetting { detail: "qr".to_owned() });
                };
                let name = format!("qr_{}.png", self.pictures.len());
                self.picture(name, png, self.sheet.code, self.sheet.code, caption);
            }
            Piece::Map { drawing, caption } => {
                self.maps += 1;
                let group = super::map::group(drawing, caption, self.maps);
                self.figure(&group, caption);
            }
            Piece::PageBreak => self.out += "<w:p><w:r><w:br w:type=\"page\"/></w:r></w:p>",
        }
        Ok(())
    }

    fn cell(&self, width: f64, span: u32, look: &Look, text: &str) -> String {
        format!(
            "<w:tc><w:tcPr><w:tcW w:w=\"{}\" w:type=\"dxa\"/><w:gridSpan w:val=\"{span}\"/><w:vAlign w:val=\"center\"/>\
             </w:tcPr><w:p>{}{}</w:p></w:tc>",
            twips(width),
            look.paragraph_xml(self.sheet),
            run(look, text)
        )
    }

    fn table(&mut self, widths: &[f64], rows: &str) {
        let grid: String =
            widths.iter().map(|width| format!("<w:gridCol w:w=\"{}\"/>", twips(*width))).collect();
        let whole = twips(widths.iter().sum());
        let edge =
            |side: &str| format!("<w:{side} w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"000000\"/>");
        let edges: String = ["top", "left", "bottom", "right", "insideH", "insideV"].map(edge).concat();
        self.out += &format!(
            "<w:tbl><w:tblPr><w:tblW w:w=\"{whole}\" w:type=\"dxa\"/><w:tblBorders>{edges}</w:tblBorders>\
             <w:tblLayout w:type=\"fixed\"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>"
        );
        // Word makes one table of two that touch.
        self.gap(2.0);
    }

    fn picture(&mut self, name: String, bytes: Vec<u8>, width: f64, height: f64, caption: &str) {
        let id = self.pictures.len() + 1;
        let [cx, cy] = [width, height].map(|mm| (mm * EMU_PER_MM).round() as i64);
        let drawing = format!(
            "<w:r><w:drawing><wp:inline distT=\"0\" distB=\"0\" distL=\"0\" distR=\"0\"><wp:extent cx=\"{cx}\" cy=\"{cy}\"/>\
             <wp:docPr id=\"{id}\" name=\"{name}\" descr=\"{}\"/><a:graphic><a:graphicData uri=\"{PICTURE}\"><pic:pic>\
             <pic:nvPicPr><pic:cNvPr id=\"{id}\" name=\"{name}\"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill>\
             <a:blip r:embed=\"picture{id}\"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm>\
             <a:off x=\"0\" y=\"0\"/><a:ext cx=\"{cx}\" cy=\"{cy}\"/></a:xfrm><a:prstGeom prst=\"rect\"><a:avLst/>\
             </a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>",
            escaped(caption)
        );
        self.pictures.push((name, bytes));
        self.figure(&drawing, caption);
    }

    /// A drawing on a line of its own with its caption.
    fn figure(&mut self, drawing: &str, caption: &str) {
        // A line of fixed height would cut the picture off.
        self.out += &format!(
            "<w:p><w:pPr><w:keepNext/><w:spacing w:line=\"240\" w:lineRule=\"auto\"/><w:jc w:val=\"center\"/></w:pPr>{drawing}</w:p>"
        );
        let small = self.sheet.size.min(12.0);
        let look = Look { size: Some(small), align: "center", line: Some(small * 1.6), ..Look::default() };
        self.paragraph(&look, caption);
    }

    fn tail(&mut self, copy: &Copy) {
        let (one, room) = (self.one(), self.room_pt());
        if !copy.attachments.is_empty() {
            self.blank(1);
            // A name too long for its line goes on below its own first character: 附件： is three characters, a number with
            // its stop and what follows it one and a half.
            let several = copy.attachments.len() > 1;
            let number = if several { 1.5 } else { 0.0 };
            for (at, name) in copy.attachments.iter().enumerate() {
                let lead = if at == 0 { 3.0 } else { 0.0 };
                let look =
                    Look { left: (5.0 + number) * one, first: -(lead + number) * one, ..Look::default() };
                let label = if at == 0 { "附件：" } else { "" };
                let text =
                    if several { format!("{label}{}.\t{name}", at + 1) } else { format!("{label}{name}") };
                self.paragraph(&look, &text);
            }
        }
        if let Some(closing) = &copy.closing {
            let width =
                |text: &str| text.chars().map(|c| if c.is_ascii() { 0.5 } else { 1.0 }).sum::<f64>() * one;
            let date = width(&closing.on);
            let name = closing.by.iter().map(|by| width(by)).fold(0.0, f64::max);
            let free = name - 2.0 * one - date;
            let (of_date, of_name) = if closing.sealed {
                (4.0 * one, (4.0 * one + (date - name) / 2.0).max(0.0))
            } else if free >= 0.0 {
                (free + 2.0 * one, 2.0 * one)
            } else {
                (2.0 * one, 4.0 * one - name + date)
            };
            let look = Look { align: "right", keep_next: true, ..Look::default() };
            self.paragraph(&look, "");
            for by in &closing.by {
                let right = if closing.sealed {
                    of_name + (name - width(by)) / 2.0
                } else {
                    of_name + name - width(by)
                };
                self.paragraph(&Look { right: right.clamp(0.0, room), ..look.clone() }, by);
            }
            self.paragraph(&Look { align: "right", right: of_date, ..Look::default() }, &closing.on);
        }
        if !copy.note.is_empty() {
            self.paragraph(&Look { left: 2.0 * one, ..Look::default() }, &copy.note);
        }
        if self.sheet.official {
            self.colophon(copy);
        } else if !copy.copies_to.is_empty() {
            self.paragraph(&Look::default(), &format!("抄送：{}", copy.copies_to));
        }
    }

    /// 版记: a table that hangs at the foot of the type area of the page it is on.
    fn colophon(&mut self, copy: &Copy) {
        const LINE_PT: f64 = 22.0;
        let ruled = copy.layout != "letter" && copy.layout != "minutes";
        let mut lines = Vec::new();
        if !copy.copies_to.is_empty() {
            lines.push(format!("抄送：{}", copy.copies_to));
        }
        if let (true, Some((by, on))) = (ruled, &copy.printed) {
            lines.push(format!("{by}\t{on}"));
        }
        if lines.is_empty() {
            return;
        }
        let room = self.room_pt() - 2.0 * GB9704.small;
        let look = Look {
            size: Some(GB9704.small),
            line: Some(LINE_PT),
            left: GB9704.small,
            right: GB9704.small,
            right_tab: Some(GB9704.small + room),
            ..Look::default()
        };
        let width = twips(self.sheet.room());
        let mut rows = String::new();
        for (at, text) in lines.iter().enumerate() {
            // One table on one page.
            let look = Look { keep_next: at + 1 < lines.len(), ..look.clone() };
            rows += &format!(
                "<w:tr><w:tc><w:tcPr><w:tcW w:w=\"{width}\" w:type=\"dxa\"/></w:tcPr><w:p>{}{}</w:p></w:tc></w:tr>",
                look.paragraph_xml(self.sheet),
                run(&look, text)
            );
        }
        let edges =
            [("top", GB9704.rule_thick), ("bottom", GB9704.rule_thick), ("insideH", GB9704.rule_thin)];
        let edges: String = edges.into_iter().filter(|_| ruled).map(|(side, mm)| edge(side, mm)).collect();
        // Measured across from the edge of the paper: a table placed by the margin LibreOffice lets hang only when it is some
        // 5 mm narrower than the lines.
        let from_edge = twips(GB9704.left);
        self.out += &format!(
            "<w:tbl><w:tblPr><w:tblpPr w:leftFromText=\"0\" w:rightFromText=\"0\" w:vertAnchor=\"margin\" w:horzAnchor=\"page\" \
             w:tblpX=\"{from_edge}\" w:tblpYSpec=\"bottom\"/><w:tblOverlap w:val=\"never\"/><w:tblW w:w=\"{width}\" w:type=\"dxa\"/>\
             <w:tblBorders>{edges}</w:tblBorders><w:tblLayout w:type=\"fixed\"/><w:tblCellMar><w:left w:w=\"0\" w:type=\"dxa\"/>\
             <w:right w:w=\"0\" w:type=\"dxa\"/></w:tblCellMar></w:tblPr><w:tblGrid><w:gridCol w:w=\"{width}\"/></w:tblGrid>{rows}</w:tbl>"
        );
        self.gap(1.0);
    }
}

/// A black rule at an edge of a table, in eighths of a point.
fn edge(side: &str, mm: f64) -> String {
    let width = (mm * PT_PER_MM * 8.0).round();
    format!("<w:{side} w:val=\"single\" w:sz=\"{width}\" w:space=\"0\" w:color=\"000000\"/>")
}

const PICTURE: &str = "http://schemas.openxmlformats.org/drawingml/2006/picture";

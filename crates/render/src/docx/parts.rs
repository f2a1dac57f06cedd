//! The files of an editable document besides its body: styles, feet, settings, and how they hang together.

use crate::copy::Copy;
use crate::docx::body::{Body, HEI, KAI, SONG, TITLE_FACE, escaped};
use crate::docx::{Sheet, twips};
use crate::measure::{GB9704, PT_PER_MM};

const BODY_FACE: &str = "仿宋_GB2312";
const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const WORD: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
const KIND: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml";

/// Every file of the archive, the list of types first as readers expect it.
pub(super) fn all(copy: &Copy, sheet: &Sheet, body: &Body) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = [
        ("[Content_Types].xml", types()),
        ("_rels/.rels", package_relations()),
        ("docProps/core.xml", core(copy)),
        ("word/_rels/document.xml.rels", relations(body)),
        ("word/document.xml", document(copy, sheet, body)),
        ("word/styles.xml", styles(sheet)),
        ("word/settings.xml", settings()),
        ("word/fontTable.xml", font_table()),
        ("word/footer_odd.xml", foot(copy, sheet, true)),
        ("word/footer_even.xml", foot(copy, sheet, false)),
        ("word/footer_first.xml", first_foot(copy)),
    ]
    .map(|(path, xml)| (path.to_owned(), (DECLARATION.to_owned() + &xml).into_bytes()))
    .into();
    files.extend(body.pictures.iter().map(|(name, bytes)| (format!("word/media/{name}"), bytes.clone())));
    files
}

fn types() -> String {
    let part = |path: &str, kind: &str| format!("<Override PartName=\"{path}\" ContentType=\"{kind}\"/>");
    let pictures = [("png", "image/png"), ("jpg", "image/jpeg")]
        .map(|(ending, kind)| format!("<Default Extension=\"{ending}\" ContentType=\"{kind}\"/>"))
        .concat();
    let feet = ["odd", "even", "first"]
        .map(|name| part(&format!("/word/footer_{name}.xml"), &format!("{KIND}.footer+xml")))
        .concat();
    format!(
        "<Types xmlns=\"{PACKAGE}/content-types\"><Default Extension=\"rels\" \
         ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" \
         ContentType=\"application/xml\"/>{pictures}{}{}{}{}{}{feet}</Types>",
        part("/word/document.xml", &format!("{KIND}.document.main+xml")),
        part("/word/styles.xml", &format!("{KIND}.styles+xml")),
        part("/word/settings.xml", &format!("{KIND}.settings+xml")),
        part("/word/fontTable.xml", &format!("{KIND}.fontTable+xml")),
        part("/docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml"),
    )
}

fn package_relations() -> String {
    format!(
        "<Relationships xmlns=\"{PACKAGE}/relationships\"><Relationship Id=\"document\" Type=\"{OFFICE}/officeDocument\" \
         Target=\"word/document.xml\"/><Relationship Id=\"core\" Type=\"{PACKAGE}/relationships/metadata/core-properties\" \
         Target=\"docProps/core.xml\"/></Relationships>"
    )
}

fn core(copy: &Copy) -> String {
    format!(
        "<cp:coreProperties xmlns:cp=\"{PACKAGE}/metadata/core-properties\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\">\
         <dc:title>{}</dc:title><dc:creator>{}</dc:creator><dc:language>zh-CN</dc:language></cp:coreProperties>",
        escaped(&copy.title.concat()),
        escaped(&copy.head)
    )
}

fn relations(body: &Body) -> String {
    let own = ["styles", "settings", "fontTable"]
        .map(|part| format!("<Relationship Id=\"{part}\" Type=\"{OFFICE}/{part}\" Target=\"{part}.xml\"/>"))
        .concat();
    let feet = ["odd", "even", "first"]
        .map(|name| {
            format!("<Relationship Id=\"{name}\" Type=\"{OFFICE}/footer\" Target=\"footer_{name}.xml\"/>")
        })
        .concat();
    let pictures: String = body
        .pictures
        .iter()
        .enumerate()
        .map(|(at, (name, _))| {
            format!(
                "<Relationship Id=\"picture{}\" Type=\"{OFFICE}/image\" Target=\"media/{name}\"/>",
                at + 1
            )
        })
        .collect();
    format!("<Relationships xmlns=\"{PACKAGE}/relationships\">{own}{feet}{pictures}</Relationships>")
}

fn document(copy: &Copy, sheet: &Sheet, body: &Body) -> String {
    let letter = copy.layout == "letter";
    // A letter's mark begins 30 mm below the edge, above the type area.
    let top = if letter { GB9704.letter_head_top } else { sheet.top };
    // What stands below the number of the page moves the foot down, and not the number up.
    let foot = if letter { GB9704.letter_rule_bottom } else { foot_mm(sheet) } - small_mm(copy);
    let mut section = String::from("<w:sectPr>");
    for (kind, id) in [("default", "odd"), ("even", "even"), ("first", "first")] {
        section += &format!("<w:footerReference w:type=\"{kind}\" r:id=\"{id}\"/>");
    }
    let across = if sheet.width > sheet.height { " w:orient=\"landscape\"" } else { "" };
    section += &format!(
        "<w:pgSz w:w=\"{}\" w:h=\"{}\"{across}/><w:pgMar w:top=\"{}\" w:right=\"{}\" w:bottom=\"{}\" w:left=\"{}\" \
         w:header=\"720\" w:footer=\"{}\" w:gutter=\"0\"/>",
        twips(sheet.width),
        twips(sheet.height),
        twips(top),
        twips(sheet.right),
        twips(sheet.bottom),
        twips(sheet.left),
        twips(foot.max(LEAST_FOOT_MM)),
    );
    if letter {
        section += "<w:titlePg/>";
    }
    format!(
        "<w:document xmlns:w=\"{WORD}\" xmlns:r=\"{OFFICE}\" \
         xmlns:wp=\"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing\" \
         xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" \
         xmlns:pic=\"http://schemas.openxmlformats.org/drawingml/2006/picture\" \
         xmlns:mc=\"http://schemas.openxmlformats.org/markup-compatibility/2006\" \
         xmlns:wpg=\"http://schemas.microsoft.com/office/word/2010/wordprocessingGroup\" \
         xmlns:wps=\"http://schemas.microsoft.com/office/word/2010/wordprocessingShape\"><w:body>{}{section}</w:sectPr></w:body></w:document>",
        body.xml
    )
}

fn styles(sheet: &Sheet) -> String {
    let face = |name: &str| {
        format!("<w:rFonts w:ascii=\"{name}\" w:hAnsi=\"{name}\" w:eastAsia=\"{name}\" w:cs=\"{name}\"/>")
    };
    let half = (sheet.size * 2.0).round();
    // Rounded down to a twentieth of a point, so that the last of 28 characters has room.
    let closer = if sheet.official { ((GB9704.char_pt() - GB9704.body) * 20.0).floor() } else { 0.0 };
    let heading = |level: usize, name: &str| {
        format!(
            "<w:style w:type=\"paragraph\" w:styleId=\"Heading{level}\"><w:name w:val=\"heading {level}\"/>\
             <w:basedOn w:val=\"Normal\"/><w:next w:val=\"Normal\"/><w:qFormat/><w:pPr><w:keepNext/>\
             <w:outlineLvl w:val=\"{}\"/></w:pPr><w:rPr>{}</w:rPr></w:style>",
            level - 1,
            face(name)
        )
    };
    // The grid of the standard stands in the styles, not in the section: LibreOffice snaps every line of a section's grid
    // to it, the red head's too, and centres its characters, which moves the margins.
    let line = (sheet.line * 20.0).floor();
    let headings: String =
        [HEI, KAI, BODY_FACE, BODY_FACE].iter().enumerate().map(|(at, name)| heading(at + 1, name)).collect();
    format!(
        "<w:styles xmlns:w=\"{WORD}\"><w:docDefaults><w:rPrDefault><w:rPr>{0}<w:spacing w:val=\"{closer}\"/><w:sz w:val=\"{half}\"/><w:szCs w:val=\"{half}\"/>\
         <w:lang w:val=\"zh-CN\" w:eastAsia=\"zh-CN\"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:before=\"0\" w:after=\"0\" w:line=\"{line}\" w:lineRule=\"exact\"/></w:pPr></w:pPrDefault></w:docDefaults>\
         <w:style w:type=\"paragraph\" w:default=\"1\" w:styleId=\"Normal\"><w:name w:val=\"Normal\"/><w:qFormat/></w:style>\
         <w:style w:type=\"paragraph\" w:styleId=\"Title\"><w:name w:val=\"Title\"/><w:basedOn w:val=\"Normal\"/>\
         <w:next w:val=\"Normal\"/><w:qFormat/><w:rPr>{1}<w:b/></w:rPr></w:style>{headings}</w:styles>",
        face(BODY_FACE),
        face(TITLE_FACE)
    )
}

fn settings() -> String {
    format!(
        "<w:settings xmlns:w=\"{WORD}\"><w:evenAndOddHeaders/><w:characterSpacingControl w:val=\"compressPunctuation\"/>\
         <w:compat><w:compatSetting w:name=\"compatibilityMode\" w:uri=\"http://schemas.microsoft.com/office/word\" w:val=\"15\"/>\
         </w:compat></w:settings>"
    )
}

/// Other names of the same faces, so that a machine without the first takes a near one.
fn font_table() -> String {
    let fonts = [
        (TITLE_FACE, "FZXiaoBiaoSong-B05S"),
        (BODY_FACE, "FangSong"),
        (HEI, "SimHei"),
        (KAI, "KaiTi"),
        (SONG, "SimSun"),
    ]
    .map(|(name, other)| {
        format!("<w:font w:name=\"{name}\"><w:altName w:val=\"{other}\"/><w:charset w:val=\"86\"/></w:font>")
    })
    .concat();
    format!("<w:fonts xmlns:w=\"{WORD}\">{fonts}</w:fonts>")
}

/// How far the foot ends above the edge of the paper. Its line is as high as its type; the dashes stand in the middle of
/// it, 7 mm below the type area.
fn foot_mm(sheet: &Sheet) -> f64 {
    let half_line = GB9704.small / 2.0 / PT_PER_MM;
    if sheet.official { sheet.bottom - GB9704.page_no_gap - half_line } else { sheet.bottom / 2.0 }
}

/// `— 1 —`, odd pages right, even ones left, one character in; other sheets count in the middle.
fn foot(copy: &Copy, sheet: &Sheet, odd: bool) -> String {
    let half = if sheet.official { (GB9704.small * 2.0) as i64 } else { 18 };
    let look = format!(
        "<w:rPr><w:rFonts w:ascii=\"{SONG}\" w:hAnsi=\"{SONG}\" w:eastAsia=\"{SONG}\"/><w:sz w:val=\"{half}\"/></w:rPr>"
    );
    let text = |text: &str| format!("<w:r>{look}<w:t xml:space=\"preserve\">{text}</w:t></w:r>");
    let field =
        |name: &str| format!("<w:fldSimple w:instr=\" {name} \"><w:r>{look}<w:t>1</w:t></w:r></w:fldSimple>");
    let one = (GB9704.small * 20.0) as i64;
    let (place, runs) = if sheet.official {
        let place = match odd {
            true => format!("<w:ind w:right=\"{one}\"/><w:jc w:val=\"right\"/>"),
            false => format!("<w:ind w:left=\"{one}\"/><w:jc w:val=\"left\"/>"),
        };
        (place, text("— ") + &field("PAGE") + &text(" —"))
    } else {
        let runs = text("第 ") + &field("PAGE") + &text(" 页，共 ") + &field("NUMPAGES") + &text(" 页");
        ("<w:jc w:val=\"center\"/>".to_owned(), runs)
    };
    let line = half * 10;
    // The foot of a letter ends at its lower double rule, below where a number stands.
    let after = if copy.layout == "letter" { twips(foot_mm(sheet) - GB9704.letter_rule_bottom) } else { 0 };
    format!(
        "<w:ftr xmlns:w=\"{WORD}\"><w:p><w:pPr><w:spacing w:before=\"0\" w:after=\"{after}\" w:line=\"{line}\" w:lineRule=\"exact\"/>{place}\
         </w:pPr>{runs}</w:p>{}</w:ftr>",
        small(copy)
    )
}

/// Height of the small line, and of the stamp above it. Units: twentieths of a point.
const SMALL_LINE: u16 = 200;
const STAMP_LINE: u16 = 320;
/// So near to the edge of the paper printers still print. Units: mm.
const LEAST_FOOT_MM: f64 = 5.0;

/// How high what [`small`] writes is. Units: mm.
fn small_mm(copy: &Copy) -> f64 {
    let line = |text: &str, height: u16| if text.is_empty() { 0.0 } else { f64::from(height) / 20.0 };
    (line(&copy.foot, SMALL_LINE) + line(&copy.stamp, STAMP_LINE)) / PT_PER_MM
}

/// The small line below everything else, where the paper has one.
fn small(copy: &Copy) -> String {
    let stamp = match copy.stamp.as_str() {
        "" => String::new(),
        stamp => format!(
            "<w:p><w:pPr><w:spacing w:before=\"0\" w:after=\"0\" w:line=\"{STAMP_LINE}\" w:lineRule=\"exact\"/><w:jc w:val=\"center\"/></w:pPr><w:r><w:rPr><w:b/><w:color w:val=\"FF0000\"/><w:sz w:val=\"28\"/></w:rPr>\
             <w:t>{}</w:t></w:r></w:p>",
            escaped(stamp)
        ),
    };
    if copy.foot.is_empty() {
        return stamp;
    }
    stamp
        + &format!(
            "<w:p><w:pPr><w:spacing w:before=\"0\" w:after=\"0\" w:line=\"{SMALL_LINE}\" w:lineRule=\"exact\"/><w:jc w:val=\"center\"/></w:pPr>\
         <w:r><w:rPr><w:rFonts w:ascii=\"{SONG}\" w:hAnsi=\"{SONG}\" w:eastAsia=\"{SONG}\"/><w:sz w:val=\"16\"/></w:rPr>\
         <w:t>{}</w:t></w:r></w:p>",
            escaped(&copy.foot)
        )
}

/// The first page of a letter has no number, but the lower double rule: 20 mm above the paper's edge, 170 mm long.
fn first_foot(copy: &Copy) -> String {
    let out = twips((GB9704.letter_rule - GB9704.width) / 2.0);
    format!(
        "<w:ftr xmlns:w=\"{WORD}\"><w:p><w:pPr><w:pBdr><w:bottom w:val=\"thinThickSmallGap\" w:sz=\"36\" w:space=\"0\" w:color=\"FF0000\"/>\
         </w:pBdr><w:ind w:left=\"-{out}\" w:right=\"-{out}\"/></w:pPr></w:p>{}</w:ftr>",
        small(copy)
    )
}

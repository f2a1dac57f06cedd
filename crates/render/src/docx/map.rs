//! A map in an editable file: strokes as shapes of one group, so that it is as sharp as in the PDF. What does not belong
//! here: which strokes (`crate::map`).
//!
//! Source: ECMA-376 part 1 (DrawingML), [MS-ODRAWXML] for groups and shapes in Word (2010 and later).

use crate::docx::body::{EMU_PER_MM, escaped};
use crate::map::{Drawing, Ink};

/// Numbers of the shapes of one map; pictures have those below.
const NUMBERS: usize = 10_000;
const GROUP: &str = "http://schemas.microsoft.com/office/word/2010/wordprocessingGroup";

fn emu(mm: f64) -> i64 {
    (mm * EMU_PER_MM).round() as i64
}

/// A grey by its share of white.
fn paint(white: u8) -> String {
    let part = (f64::from(white) * 2.55).round() as u8;
    format!("<a:solidFill><a:srgbClr val=\"{part:02X}{part:02X}{part:02X}\"/></a:solidFill>")
}

/// The group as a run; `nth` tells maps of one file apart, from 1.
pub(super) fn group(drawing: &Drawing, caption: &str, nth: usize) -> String {
    let (cx, cy) = (emu(drawing.width), emu(drawing.height));
    let first = NUMBERS * nth;
    let shapes: String =
        drawing.inks.iter().enumerate().map(|(n, ink)| shape(ink, (cx, cy), first + n + 1)).collect();
    format!(
        "<w:r><mc:AlternateContent><mc:Choice Requires=\"wpg\"><w:drawing><wp:inline distT=\"0\" distB=\"0\" distL=\"0\" distR=\"0\">\
         <wp:extent cx=\"{cx}\" cy=\"{cy}\"/><wp:docPr id=\"{first}\" name=\"map {nth}\" descr=\"{}\"/><a:graphic>\
         <a:graphicData uri=\"{GROUP}\"><wpg:wgp><wpg:cNvGrpSpPr/><wpg:grpSpPr><a:xfrm><a:off x=\"0\" y=\"0\"/>\
         <a:ext cx=\"{cx}\" cy=\"{cy}\"/><a:chOff x=\"0\" y=\"0\"/><a:chExt cx=\"{cx}\" cy=\"{cy}\"/></a:xfrm></wpg:grpSpPr>{shapes}\
         </wpg:wgp></a:graphicData></a:graphic></wp:inline></w:drawing></mc:Choice></mc:AlternateContent></w:r>",
        escaped(caption)
    )
}

fn frame(x: i64, y: i64, cx: i64, cy: i64) -> String {
    format!("<a:xfrm><a:off x=\"{x}\" y=\"{y}\"/><a:ext cx=\"{cx}\" cy=\"{cy}\"/></a:xfrm>")
}

fn shape(ink: &Ink, (cx, cy): (i64, i64), id: usize) -> String {
    match ink {
        Ink::Path { lines, closed, width, grey, fill, dashed } => {
            let corner = |[x, y]: &[f64; 2]| format!("<a:pt x=\"{}\" y=\"{}\"/>", emu(*x), emu(*y));
            let mut path = String::new();
            for line in lines {
                for (n, at) in line.iter().enumerate() {
                    let step = if n == 0 { "moveTo" } else { "lnTo" };
                    path += &format!("<a:{step}>{}</a:{step}>", corner(at));
                }
                if *closed {
                    path += "<a:close/>";
                }
            }
            let filled = fill.map_or("<a:noFill/>".to_owned(), paint);
            let dash = if *dashed { "<a:prstDash val=\"dash\"/>" } else { "" };
            let stroke = match *width > 0.0 {
                true => format!("<a:ln w=\"{}\">{}{dash}<a:round/></a:ln>", emu(*width), paint(*grey)),
                false => "<a:ln><a:noFill/></a:ln>".to_owned(),
            };
            let is_filled = if fill.is_some() { "" } else { " fill=\"none\"" };
            format!(
                "<wps:wsp><wps:cNvPr id=\"{id}\" name=\"stroke {id}\"/><wps:cNvSpPr/><wps:spPr>{}<a:custGeom><a:avLst/><a:gdLst/>\
                 <a:ahLst/><a:cxnLst/><a:rect l=\"0\" t=\"0\" r=\"r\" b=\"b\"/><a:pathLst><a:path w=\"{cx}\" h=\"{cy}\"{is_filled}>{path}\
                 </a:path></a:pathLst></a:custGeom>{filled}{stroke}</wps:spPr><wps:bodyPr/></wps:wsp>",
                frame(0, 0, cx, cy)
            )
        }
        Ink::Text { at, width, size, text, centred, white } => {
            let high = size * 1.3 / crate::measure::PT_PER_MM;
            let colour = if *white { "FFFFFF" } else { "000000" };
            let (half, line) = ((size * 2.0).round(), (size * 20.0 * 1.2).round());
            format!(
                "<wps:wsp><wps:cNvPr id=\"{id}\" name=\"word {id}\"/><wps:cNvSpPr txBox=\"1\"/><wps:spPr>{}<a:prstGeom prst=\"rect\">\
                 <a:avLst/></a:prstGeom><a:noFill/><a:ln><a:noFill/></a:ln></wps:spPr><wps:txbx><w:txbxContent><w:p><w:pPr>\
                 <w:spacing w:before=\"0\" w:after=\"0\" w:line=\"{line}\" w:lineRule=\"exact\"/><w:jc w:val=\"{}\"/></w:pPr><w:r><w:rPr>\
                 <w:color w:val=\"{colour}\"/><w:spacing w:val=\"0\"/><w:sz w:val=\"{half}\"/><w:szCs w:val=\"{half}\"/></w:rPr>\
                 <w:t xml:space=\"preserve\">{}</w:t></w:r></w:p></w:txbxContent></wps:txbx>\
                 <wps:bodyPr wrap=\"square\" lIns=\"0\" tIns=\"0\" rIns=\"0\" bIns=\"0\" anchor=\"ctr\"><a:noAutofit/></wps:bodyPr></wps:wsp>",
                frame(emu(at[0]), emu(at[1] - high / 2.0), emu(*width), emu(high)),
                if *centred { "center" } else { "left" },
                escaped(text)
            )
        }
    }
}

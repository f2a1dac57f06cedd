//! Fonts: which are installed, which stands in for which, and which characters they have. Read once, used by many.
//!
//! What does not belong here: sizes and places of text (`templates/paper.typ`).

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use typst::foundations::Bytes;
use typst::text::{Font, FontBook, FontInfo};
use typst::utils::LazyHash;

use crate::problem::{Problem, Refusal};

/// What a face is for. Source: GB/T 9704-2012 §5.2.2, §7.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// 小标宋: red mark and title.
    Title,
    /// 仿宋: the body.
    Body,
    /// 黑体: first headings, labels.
    Hei,
    /// 楷体: second headings, the name of who signs.
    Kai,
    /// 宋体: page numbers, tables.
    Song,
}

/// The families of one role: those of the right face in the order they are taken, then those that stand in.
struct Faces {
    role: Role,
    /// Word of the role in the template.
    key: &'static str,
    /// What people call the face.
    name: &'static str,
    right: &'static [&'static str],
    stand_in: &'static [&'static str],
    /// How to get it.
    get: &'static str,
}

const SERIF: &[&str] = &[
    "Noto Serif CJK SC",
    "Source Han Serif SC",
    "Noto Serif SC",
    "SimSun",
    "宋体",
    "STSong",
    "FandolSong",
    "AR PL UMing CN",
    "Noto Sans CJK SC",
];
const SANS: &[&str] = &[
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Noto Sans SC",
    "WenQuanYi Zen Hei",
    "WenQuanYi Micro Hei",
    "Noto Serif CJK SC",
];

const FACES: [Faces; 5] = [
    Faces {
        role: Role::Title,
        key: "title",
        name: "小标宋体",
        right: &[
            "FZXiaoBiaoSong-B05S",
            "方正小标宋简体",
            "FZXiaoBiaoSong-B05",
            "方正小标宋_GBK",
            "方正小标宋_GB2312",
            "STZhongsong",
            "华文中宋",
        ],
        stand_in: SERIF,
        get: "方正小标宋需取得授权",
    },
    Faces {
        role: Role::Body,
        key: "body",
        name: "仿宋体",
        right: &[
            "FangSong_GB2312",
            "仿宋_GB2312",
            "FangSong",
            "仿宋",
            "STFangsong",
            "华文仿宋",
            "FZFangSong-Z02",
            "FZFangSong-Z02S",
            "方正仿宋简体",
            "方正仿宋_GBK",
            "FandolFang",
            "FandolFang R",
            "Zhuque Fangsong (technical preview)",
            "朱雀仿宋",
        ],
        stand_in: SERIF,
        get: "可用自由许可的 FandolFang（TeX 发行版 fonts-fandol）或朱雀仿宋",
    },
    Faces {
        role: Role::Hei,
        key: "hei",
        name: "黑体",
        right: &[
            "SimHei",
            "黑体",
            "STHeiti",
            "华文黑体",
            "FZHei-B01",
            "FZHei-B01S",
            "方正黑体简体",
            "FandolHei",
            "Noto Sans CJK SC",
            "Source Han Sans SC",
            "Noto Sans SC",
            "WenQuanYi Zen Hei",
        ],
        stand_in: SANS,
        get: "可安装 fonts-noto-cjk",
    },
    Faces {
        role: Role::Kai,
        key: "kai",
        name: "楷体",
        right: &[
            "KaiTi_GB2312",
            "楷体_GB2312",
            "KaiTi",
            "楷体",
            "STKaiti",
            "华文楷体",
            "FZKai-Z03",
            "FZKai-Z03S",
            "方正楷体简体",
            "FandolKai",
            "AR PL UKai CN",
            "LXGW WenKai",
            "霞鹜文楷",
        ],
        stand_in: SERIF,
        get: "可用自由许可的 AR PL UKai（fonts-arphic-ukai）或霞鹜文楷",
    },
    Faces {
        role: Role::Song,
        key: "song",
        name: "宋体",
        right: &[
            "SimSun",
            "宋体",
            "STSong",
            "华文宋体",
            "FZShuSong-Z01",
            "方正书宋简体",
            "FandolSong",
            "Noto Serif CJK SC",
            "Source Han Serif SC",
            "Noto Serif SC",
            "AR PL UMing CN",
        ],
        stand_in: SERIF,
        get: "可安装 fonts-noto-cjk",
    },
];

/// Not drawn as outlines, or a font that only draws boxes.
const NEVER: [&str; 3] = ["Emoji", "LastResort", "Last Resort"];

/// A face in a file, loaded when it is first used.
struct Slot {
    path: PathBuf,
    index: u32,
    font: OnceLock<Option<Font>>,
}

/// The installed fonts.
pub struct Fonts {
    book: LazyHash<FontBook>,
    slots: Vec<Slot>,
    /// Installed families of each role, first choice first.
    chains: BTreeMap<Role, Vec<String>>,
    /// What the families of the chains cover, a bit a character: asked for every character of every paper.
    covered: BTreeMap<String, Vec<u64>>,
}

/// What `doctor` says about one role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FontLine {
    /// What people call the face.
    pub face: &'static str,
    /// The installed family that is used; none when nothing Chinese is installed.
    pub used: Option<String>,
    /// One sentence when the right face is missing: what stands in, and how to get it.
    pub missing: Option<String>,
}

impl Fonts {
    /// Folders where systems keep fonts. A town's licensed fonts may lie in one more.
    pub const FOLDERS: [&str; 3] = ["/usr/share/fonts", "/usr/local/share/fonts", "/Library/Fonts"];

    /// Looks through folders and those inside them; a folder or file that cannot be read has no fonts. Takes about a
    /// tenth of a second for the usual Chinese fonts: once per process.
    pub fn read(folders: &[PathBuf]) -> Self {
        let mut files = BTreeSet::new();
        folders.iter().for_each(|folder| collect(folder, &mut files, 8));
        let mut book = FontBook::new();
        let mut slots = Vec::new();
        for path in files {
            let Ok(data) = std::fs::read(&path) else { continue };
            for (index, info) in (0..).zip(FontInfo::iter(&data)) {
                if !NEVER.iter().any(|word| info.family.contains(word)) {
                    book.push(info);
                    slots.push(Slot { path: path.clone(), index, font: OnceLock::new() });
                }
            }
        }
        let installed = |names: &[&str]| -> Vec<String> {
            names
                .iter()
                .filter(|name| book.contains_family(&name.to_lowercase()))
                .map(|name| (*name).to_owned())
                .collect()
        };
        let chain = |faces: &Faces| {
            let mut chain = installed(faces.right);
            for name in installed(faces.stand_in) {
                if !chain.contains(&name) {
                    chain.push(name);
                }
            }
            (faces.role, chain)
        };
        let chains: BTreeMap<Role, Vec<String>> = FACES.iter().map(chain).collect();
        let families: BTreeSet<&String> = chains.values().flatten().collect();
        let covered = families.into_iter().map(|family| (family.clone(), bits(&book, family))).collect();
        Self { book: LazyHash::new(book), slots, chains, covered }
    }

    /// One line for each role.
    pub fn report(&self) -> Vec<FontLine> {
        FACES
            .iter()
            .map(|faces| FontLine {
                face: faces.name,
                used: self.chain(faces.role).first().cloned(),
                missing: self.missing(faces),
            })
            .collect()
    }

    /// What is missing for printing official documents; each a sentence.
    pub(crate) fn problems(&self) -> Vec<Problem> {
        let missing = FACES.iter().filter_map(|faces| self.missing(faces));
        missing.map(|message| Problem { code: "render.font_missing", message }).collect()
    }

    fn missing(&self, faces: &Faces) -> Option<String> {
        let first = self.chain(faces.role).first();
        if first.is_some_and(|name| faces.right.contains(&name.as_str())) {
            return None;
        }
        let now = first.map_or("现在无法排印中文".to_owned(), |name| format!("暂用 {name} 代替"));
        Some(format!("没有安装{}，{now}；请把字体文件放进字体目录后重新启动（{}）", faces.name, faces.get))
    }

    fn chain(&self, role: Role) -> &[String] {
        self.chains.get(&role).map(Vec::as_slice).unwrap_or_default()
    }

    /// The families of each role for these texts: the role's chain, and behind it whatever installed family has the
    /// characters that the chain lacks.
    ///
    /// Errors: nothing Chinese is installed; no installed font has a character.
    pub(crate) fn families<'a>(
        &self,
        texts: impl Iterator<Item = &'a str>,
    ) -> Result<BTreeMap<&'static str, Vec<String>>, Refusal> {
        if self.chain(Role::Body).is_empty() {
            return Err(Refusal::NoFont);
        }
        let wanted: BTreeSet<char> = texts.flat_map(str::chars).filter(|c| !c.is_whitespace()).collect();
        let mut families = BTreeMap::new();
        for faces in &FACES {
            let mut chain = self.chain(faces.role).to_vec();
            for c in &wanted {
                if chain.iter().any(|family| self.has(family, *c)) {
                    continue;
                }
                let other = self.book.families().map(|(name, _)| name).find(|family| self.has(family, *c));
                chain.push(other.ok_or(Refusal::NoGlyph { c: *c, code: u32::from(*c) })?.to_owned());
            }
            families.insert(faces.key, chain);
        }
        Ok(families)
    }

    fn has(&self, family: &str, c: char) -> bool {
        let code = u32::from(c);
        if let Some(bits) = self.covered.get(family) {
            return bits.get(code as usize / 64).is_some_and(|word| word >> (code % 64) & 1 == 1);
        }
        let mut faces = self.book.select_family(&family.to_lowercase());
        faces.any(|at| self.book.info(at).is_some_and(|info| info.coverage.contains(code)))
    }

    pub(crate) fn book(&self) -> &LazyHash<FontBook> {
        &self.book
    }

    pub(crate) fn font(&self, at: usize) -> Option<Font> {
        let slot = self.slots.get(at)?;
        let load = || Font::new(Bytes::new(std::fs::read(&slot.path).ok()?), slot.index);
        slot.font.get_or_init(load).clone()
    }
}

/// Characters any face of a family has.
fn bits(book: &FontBook, family: &str) -> Vec<u64> {
    let mut bits = vec![0_u64; 0x11_0000 / 64];
    for info in book.select_family(&family.to_lowercase()).filter_map(|at| book.info(at)) {
        for code in info.coverage.iter() {
            if let Some(word) = bits.get_mut(code as usize / 64) {
                *word |= 1 << (code % 64);
            }
        }
    }
    bits
}

fn collect(folder: &Path, files: &mut BTreeSet<PathBuf>, depth: u8) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        let ending = path.extension().and_then(|ending| ending.to_str()).map(str::to_lowercase);
        if path.is_dir() && depth > 0 {
            collect(&path, files, depth - 1);
        } else if ending.is_some_and(|ending| ["ttf", "otf", "ttc", "otc"].contains(&ending.as_str())) {
            files.insert(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn system() -> Fonts {
        Fonts::read(&Fonts::FOLDERS.map(PathBuf::from))
    }

    #[test]
    fn a_missing_face_is_named_with_what_stands_in_and_how_to_get_it() {
        let fonts = system();
        assert_eq!(fonts.report().len(), FACES.len());
        for line in fonts.report() {
            assert!(line.used.is_some(), "{} has nothing: install fonts-noto-cjk", line.face);
            if let Some(missing) = line.missing {
                assert!(
                    missing.contains(line.face) && missing.contains("暂用") && missing.contains("请把字体"),
                    "{missing}"
                );
            }
        }
    }

    #[test]
    fn without_any_font_the_report_says_so_and_printing_is_refused() {
        let empty = Fonts::read(&[PathBuf::from("no-such-folder")]);
        assert!(empty.report().iter().all(|line| line.used.is_none() && line.missing.is_some()));
        assert_eq!(empty.families(["检查"].into_iter()), Err(Refusal::NoFont));
    }

    #[test]
    fn a_character_no_font_has_is_named() {
        let fonts = system();
        assert!(fonts.families(["检查 ABC 〔2026〕①"].into_iter()).is_ok());
        // A private-use character: what a broken ledger sends for a rare name.
        let refusal = fonts.families(["李\u{10FFFD}"].into_iter()).expect_err("refused");
        assert!(refusal.to_string().contains("U+10FFFD"), "{refusal}");
    }
}

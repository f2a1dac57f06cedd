//! A checklist survives its file and its sheet, and one with mistakes says where each of them is.

use domain::checklist::Checklist;
use domain::place::Confidence;
use domain::time::parse_date;
use exchange::toml_doc::FileProblem;
use exchange::{checklist_file, checklist_sheet, hazard_dictionary, place_catalog, shipped};

fn shipped_lists() -> Vec<Checklist> {
    shipped::CHECKLISTS.iter().filter_map(|(_, text)| checklist_file::read(text).0).collect()
}

fn dictionary() -> hazard_dictionary::HazardDictionary {
    hazard_dictionary::read(shipped::HAZARDS).0
}

fn places_of(problems: &[FileProblem]) -> Vec<(usize, usize, &str)> {
    problems.iter().map(|problem| (problem.line, problem.column, problem.code)).collect()
}

fn rows(text: &str) -> Vec<Vec<String>> {
    text.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

#[test]
fn writing_and_reading_gives_the_same_list_back() {
    let (from, to) = (parse_date("2026-01-01").expect("valid"), parse_date("2026-06-30").expect("valid"));
    for draft in shipped_lists() {
        let valid = draft.clone().publish(from, &[]).expect("complete");
        let retired = valid.clone().retire(to).expect("valid before");
        for list in [draft, valid, retired] {
            let (again, problems) = checklist_file::read(&checklist_file::write(&list));
            assert_eq!((again.as_ref(), problems), (Some(&list), vec![]));
            let (items, problems) = checklist_sheet::read(&checklist_sheet::write(&list), &dictionary());
            assert_eq!((&items, problems), (&list.items, vec![]));
        }
    }
}

#[test]
fn odd_characters_survive_the_file() {
    let mut list = shipped_lists().remove(0);
    list.title = "引号\" 反斜\\ 换行\n 制表\t".into();
    assert_eq!(checklist_file::read(&checklist_file::write(&list)), (Some(list), vec![]));
}

#[test]
fn each_mistake_of_a_file_is_named_with_line_and_column() {
    let text = r#"code = "B"
edition = -1
title = "基础"
everywhere = "yes"
colour = "red"
kinds = ["shop"]

[[item]]
code = "B01"
text = "通道畅通"
basis = [{ instrument = "消防法", confidence = "sicher" }]
hazard = "H1"
grade = "重大"

[[item]]
code = "B01"
text = ""
hazard = "H01.1"
weight = 0
"#;
    let (list, problems) = checklist_file::read(text);
    let expected = [
        (2, 11, "file.wrong_type"),
        (4, 14, "file.wrong_type"),
        (5, 10, "file.unknown_key"),
        (11, 45, "file.unknown_word"),
        (12, 10, "checklist.item_hazard"),
        (13, 9, "file.unknown_word"),
        (15, 1, "checklist.item_basis"),
        (16, 8, "checklist.item_duplicate"),
        (17, 8, "checklist.item_text"),
        (19, 10, "checklist.item_weight"),
    ];
    assert_eq!(places_of(&problems), expected);
    assert_eq!(list.expect("TOML is well formed").items.len(), 2, "reading goes on to the end");
}

#[test]
fn a_file_that_is_no_toml_says_where_it_breaks() {
    let (list, problems) = checklist_file::read("code = \"B\"\ntitle = \"没有关上\n");
    assert_eq!(list, None);
    let found: Vec<(usize, &str)> = problems.iter().map(|p| (p.line, p.code)).collect();
    assert_eq!(found, [(2, "file.syntax")]);
}

#[test]
fn an_end_without_a_beginning_is_refused() {
    let text =
        "code = \"B\"\ntitle = \"基础\"\neverywhere = true\nreuses = [\"B01\"]\nvalid_to = 2026-01-01\n";
    let (_, problems) = checklist_file::read(text);
    assert_eq!(places_of(&problems), [(5, 12, "checklist_file.validity")]);
}

#[test]
fn an_office_fills_in_a_sheet_with_few_columns() {
    let sheet = rows(
        "某镇检查表\n编号,检查内容,判定依据,隐患代码,建议等级,快查\n\
         T01,锅炉房无杂物,镇街自定;锅炉规定|第3条,H08.1,较大,是\n\nT02,门口通畅,消防法|第28条|2021|已核对,H01.1",
    );
    let (items, problems) = checklist_sheet::read(&sheet, &dictionary());
    assert_eq!(problems, []);
    assert_eq!(items.iter().map(|i| (i.weight, i.quick)).collect::<Vec<_>>(), [(3, true), (1, false)]);
    let checked: Vec<Confidence> = items.iter().flat_map(|i| &i.basis).map(|b| b.confidence).collect();
    assert_eq!(checked, [Confidence::Check, Confidence::Check, Confidence::Sure], "silence is no warrant");
}

#[test]
fn each_mistake_of_a_sheet_is_named_with_row_and_cell() {
    let sheet = rows(
        "编号,检查内容,判定依据,隐患代码,建议等级,权重,心情\n\
         T01,,消防法,H01.1,重大,许多\nT01,通道畅通,消防法|||确实,X,一般,1\n\
         T03,门口通畅,消防法,H99.9,一般,1",
    );
    let (_, problems) = checklist_sheet::read(&sheet, &dictionary());
    let expected = [
        (1, 7, "checklist_sheet.unknown_column"),
        (2, 5, "checklist_sheet.unknown_word"),
        (2, 6, "checklist_sheet.weight"),
        (2, 2, "checklist.item_text"),
        (3, 3, "checklist_sheet.unknown_word"),
        (3, 4, "checklist.item_hazard"),
        (3, 1, "checklist.item_duplicate"),
        (4, 4, "checklist.item_hazard_unknown"),
    ];
    assert_eq!(places_of(&problems), expected);
    let spots: Vec<String> = problems.iter().map(|p| checklist_sheet::spot("秋", &sheet, p)).collect();
    assert_eq!((&*spots[1], &*spots[6]), ("工作表“秋”第 2 行 E 建议等级", "工作表“秋”第 3 行 A 编号"));
    let (_, problems) = checklist_sheet::read(&rows("随便,写写"), &dictionary());
    assert_eq!(places_of(&problems), [(1, 1, "checklist_sheet.no_header")]);
    let (_, problems) = checklist_sheet::read(&rows("编号,检查内容"), &dictionary());
    assert_eq!(problems.len(), 2, "both missing columns are named");
    assert_eq!(checklist_sheet::spot("秋", &rows("编号,检查内容"), &problems[0]), "工作表“秋”第 1 行");
}

#[test]
fn a_catalogue_with_mistakes_keeps_its_good_rows_and_names_the_others() {
    let text = "[[kind]]\ncode = \"a\"\nname = \"甲\"\n\n[[kind]]\ncode = \"a\"\nname = \"再\"\n\n\
                [[limit]]\nkind = \"b\"\nmeasure = \"area_m2\"\nat_most = 3\n\n[[limit]]\nkind = \"a\"\n";
    let (catalog, problems) = place_catalog::read(text);
    let found: Vec<(usize, &str)> = problems.iter().map(|p| (p.line, p.code)).collect();
    let expected = [(6, "catalog.duplicate"), (10, "catalog.unknown_kind"), (15, "catalog.limit_incomplete")];
    assert_eq!(found, expected);
    assert_eq!(catalog.kinds().count(), 1);
}

#[test]
fn a_dictionary_with_mistakes_names_each_line() {
    let text = "[[category]]\ncode = \"01\"\nname = \"通道\"\n[[hazard]]\ncode = \"H01.1\"\nname = \"堵\"\n\
                [[hazard]]\ncode = \"H01.1\"\nname = \"再\"\n[[hazard]]\ncode = \"H02.1\"\nname = \"占\"\n\
                [[hazard]]\ncode = \"X\"\nname = \"?\"\n";
    let (dictionary, problems) = hazard_dictionary::read(text);
    let found: Vec<(usize, &str)> = problems.iter().map(|p| (p.line, p.code)).collect();
    let expected = [
        (8, "hazard_dictionary.duplicate"),
        (11, "hazard_dictionary.unknown_category"),
        (14, "hazard.code_format"),
    ];
    assert_eq!(found, expected);
    assert_eq!(dictionary.hazards.len(), 1);
}

//! Tables.

use medshare_files::deid::{Certainty, Dates, Options, Place};

use crate::{check, deidentified, holds, letters, options, written};

const PATIENTS: &str = "Id,BIRTHDATE,SSN,DRIVERS,PASSPORT,FIRST,LAST,ADDRESS,CITY,STATE,ZIP,Phone,email,IP address,age,visit_date,hba1c,remarks\n\
17,1970-05-04,999-61-3984,S99955555,X123,Anna,Muster,12 Koch Road,Boston,MA,02108,555-961-9901,a@b.example,10.0.0.7,49,2019-05-04,6.2,\"Anna is well, 7\"\n\
18,1925-01-02,999-61-3985,,,Max,Meier,1 A St,Lost Springs,WY,82190,,,,94,5/4/2019,7.1,\n";

fn rows(path: &std::path::Path) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

#[test]
fn names_columns_and_their_rows() {
    let findings = check(&written("patients.csv", PATIENTS).path);
    assert_eq!(letters(&findings), "ABCDFGHKO");
    let ssn = findings.structured().find(|finding| finding.place.element() == "column SSN").unwrap();
    let Place::Csv { column, name, first, last, rows } = &ssn.place else { panic!("{ssn:?}") };
    assert_eq!((*column, name.as_str(), *first, *last, *rows), (3, "SSN", 2, 3, 2));
    let remarks =
        findings.findings.iter().find(|finding| finding.place.element() == "column remarks").unwrap();
    assert_ne!(remarks.certainty, Certainty::Structured);
}

#[test]
fn takes_out_what_identifies_and_keeps_the_values() {
    let copy = holds(&written("patients.csv", PATIENTS).path, &options());
    let text = std::fs::read_to_string(&copy.path).unwrap();
    for gone in [
        "999-61",
        "Anna",
        "Muster",
        "Koch",
        "Boston",
        "02108",
        "82190",
        "961-9901",
        "a@b",
        "10.0.0.7",
        "2019-05-04",
        "1925-",
    ] {
        assert!(!text.contains(gone), "{gone} is still in {text}");
    }
    let rows = rows(&copy.path);
    let column = |name: &str| rows[0].iter().position(|found| found == name).unwrap();
    assert_eq!((rows[1][column("hba1c")].as_str(), rows[2][column("hba1c")].as_str()), ("6.2", "7.1"));
    assert_eq!((rows[1][column("ZIP")].as_str(), rows[2][column("ZIP")].as_str()), ("021", "000"));
    assert_eq!((rows[1][column("age")].as_str(), rows[2][column("age")].as_str()), ("49", "90+"));
    assert_eq!((rows[1][column("STATE")].as_str(), rows[2][column("STATE")].as_str()), ("MA", "WY"));
    assert!(["1969", "1970"].contains(&rows[1][column("BIRTHDATE")].as_str()));
    assert_eq!(rows[2][column("visit_date")], "2019", "which number is the month, nobody can know");
    assert_eq!(rows[1][column("visit_date")].len(), 10);
}

#[test]
fn rows_of_one_patient_move_as_one() {
    let table = "patient,date,value\n17,2019-05-04,1\n18,2019-05-04,2\n17,2019-05-14,3\n";
    let copy = holds(&written("values.csv", table).path, &options());
    let rows = rows(&copy.path);
    assert_eq!(rows[1][0], rows[3][0]);
    assert_ne!(rows[1][0], rows[2][0]);
    let day = |text: &str| chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").unwrap();
    assert_eq!(day(&rows[3][1]).signed_duration_since(day(&rows[1][1])).num_days(), 10);
    assert_ne!(rows[1][1], rows[2][1]);
}

#[test]
fn dates_of_nobody_become_years() {
    let table = "date,value,unit\n2019-05-04,1,mg\n";
    let copy = holds(&written("values.csv", table).path, &options());
    assert_eq!(rows(&copy.path)[1][0], "2019");
    let known = Options { patient: Some("17".to_owned()), ..options() };
    let copy = deidentified(&written("values.csv", table).path, &known).0;
    assert_eq!(rows(&copy.path)[1][0].len(), 10);
    holds(&written("values.csv", PATIENTS).path, &Options { dates: Dates::Year, ..options() });
}

#[test]
fn cells_are_known_by_their_form_where_columns_are_not() {
    let table = "a,b,c\nwrite to a@b.example,20190504,call 555-961-9901\n";
    let findings = check(&written("t.csv", table).path);
    assert!(findings.is_clean());
    let kinds: String = findings.findings.iter().map(|finding| finding.identifier.letter()).collect();
    assert_eq!(kinds, "CDF", "{findings:#?}");
    let copy = holds(&written("t.csv", table).path, &options());
    assert_eq!(rows(&copy.path)[1], ["write to [removed]", "2019", "call [removed]"]);
}

#[test]
fn text_is_searched_line_by_line() {
    let file = written("letter.txt", "Dear colleague\nplease call 555-961-9901.\n");
    let findings = check(&file.path);
    assert!(findings.is_clean() && !findings.limits.is_empty());
    assert_eq!(findings.findings[0].place, Place::Text { line: 2, column: 13 });
    let copy = holds(&file.path, &options());
    assert_eq!(std::fs::read_to_string(&copy.path).unwrap(), "Dear colleague\nplease call [removed].\n");
}

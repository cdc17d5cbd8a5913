//! Command lines and what they print, as data: `tests/cmd`. `TRYCMD=overwrite` writes what is printed now.

#[test]
fn command_lines_print_what_is_written_down() {
    let cases = trycmd::TestCases::new();
    cases.env("MEDSHARE_HOME", "home").env("COLUMNS", "100").env("NO_COLOR", "1").env("RUST_BACKTRACE", "0");
    cases.case("tests/cmd/*.trycmd");
}

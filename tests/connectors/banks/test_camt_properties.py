"""The fuzz targets of bank files with their usual few examples."""

from tests.fuzz.fuzz_camt import fuzz_any_file, fuzz_damaged_file, fuzz_good_file

test_a_damaged_file_counts_whole_or_not_at_all = fuzz_damaged_file
test_any_bytes_are_a_file_or_a_refusal = fuzz_any_file
test_a_good_file_gives_all_of_its_money = fuzz_good_file

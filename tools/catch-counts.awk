# Reads what a Catch2 program prints and says how many tests passed, failed and
# were skipped. Catch2 ends with "All tests passed (9 assertions in 4 test cases)",
# or "test cases: 4 | 2 passed | 1 failed | 1 skipped". A test that cannot run
# prints "skipped: ..." and counts as passed there; "skipped in part: ..." is
# something that tests would check elsewhere. A program that ends without counting
# has failed.
/^All tests passed/ { sub(/.* in /, ""); counts = $1 " 0 0" }
/^test cases:/ {
  n["passed"] = n["failed"] = n["skipped"] = 0
  for (i = 4; i <= NF; ++i) if ($i in n) n[$i] = $(i - 1)
  counts = n["passed"] " " n["failed"] " " n["skipped"]
}
/^skipped:/ { ++whole }
/^skipped in part:/ { ++partly }
END {
  split(counts ? counts : "0 1 0", n, " ")
  print n[1] - whole, n[2], n[3] + whole + partly
}

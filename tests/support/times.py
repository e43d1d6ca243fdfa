"""Prints the minutes that each group of tests took, from ctest's JUnit file; groups are the test names' first words."""
import collections
import sys
import xml.etree.ElementTree as tree

total = collections.Counter()
count = collections.Counter()
for case in tree.parse(sys.argv[1]).iter("testcase"):
    group = case.get("name").split("_")[0]
    total[group] += float(case.get("time") or 0)
    count[group] += 1
for group, seconds in total.most_common():
    print(f"  {group:<20} {seconds / 60:5.1f} min  {count[group]} tests")

# SPDX-License-Identifier: GPL-2.0-or-later
# Read by ctest after the tests were discovered.
set_tests_properties(ResizedHashTable.LeavesNoGhost GlobalFindings.NameAHashTableThatIsTooSmall
  GlobalFindings.NameALimitThatSomebodyElseChanged SmallTable.IsFullWhenForetold
  StepInRate.PlateauIsKnownAfterAFifthOfTheResidence PROPERTIES RUN_SERIAL TRUE)
# The limit is global too: who changes it takes this resource, and so do those who compare with it.
set_tests_properties(Harmless.LeavesRulesAndSettingsAsTheyWere Limited.RootWithoutTheCapabilityKnowsCounts
  Limited.NobodyKnowsCounts FullTable.RemovesFlowsEarly Prometheus.KnowsEveryFamilyAfterAScrape PROPERTIES RESOURCE_LOCK conntrack_limit)

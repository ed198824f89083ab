/* The suite of all tokens on the template, which drivers are copied from. */

#include <stdio.h>

#include "token/template.h"
#include "token_conformance.h"

int main(void)
{
	const struct seal_token_place place = {0};
	const struct seal_token_plan plan = {.name = "alice", .group = "ops"};
	const struct conformance suite = {.driver = &seal_template_driver,
					  .place = &place,
					  .plan = &plan,
					  .secret = "246810",
					  .wrong = "246811",
					  .counted = 1};
	int failed = conformance_run(&suite);
	int listed = 0;

	for (size_t i = 0; seal_token_registered(i); i++)
		listed += seal_token_registered(i) == &seal_template_driver;
	printf("%s - the template is in no release\n", listed ? "not ok" : "ok");
	seal_template_pull();
	conformance_plan();
	return failed > 0 || listed;
}

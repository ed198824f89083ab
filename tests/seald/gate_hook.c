int seal_test_gate_hook(const char *target, int core);
int seal_test_gate_hook(const char *target, int core)
{
	(void)target;
	(void)core;
	return 0;
}

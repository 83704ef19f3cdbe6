module agent-runbook/test/cluster/node/programs

go 1.24

// Reads Kubernetes objects as YAML on standard input and judges those of Argo with the controller's own code: unknown
// fields are errors, every template, reference, depends expression and parameter is resolved. Other kinds pass unread.
package main

import (
	"context"
	"fmt"
	"io"
	"os"

	wfv1 "github.com/argoproj/argo-workflows/v4/pkg/apis/workflow/v1alpha1"
	"github.com/argoproj/argo-workflows/v4/util/logging"
	"github.com/argoproj/argo-workflows/v4/workflow/common"
	"github.com/argoproj/argo-workflows/v4/workflow/validate"
)

type templates map[string]*wfv1.WorkflowTemplate

func (known templates) Get(_ context.Context, name string) (*wfv1.WorkflowTemplate, error) {
	if template, ok := known[name]; ok {
		return template, nil
	}
	return nil, fmt.Errorf("no WorkflowTemplate %q among the objects", name)
}

type noClusterTemplates struct{}

func (noClusterTemplates) Get(_ context.Context, name string) (*wfv1.ClusterWorkflowTemplate, error) {
	return nil, fmt.Errorf("no ClusterWorkflowTemplate %q", name)
}

func main() {
	ctx := logging.InitLoggerInContext()
	text, err := io.ReadAll(os.Stdin)
	if err != nil {
		fail("reading", err)
	}
	known := templates{}
	workflows := []*wfv1.Workflow{}
	for _, parsed := range common.ParseObjects(ctx, text, true) {
		if parsed.Err != nil {
			fail("parsing", parsed.Err)
		}
		switch object := parsed.Object.(type) {
		case *wfv1.WorkflowTemplate:
			known[object.Name] = object
		case *wfv1.Workflow:
			workflows = append(workflows, object)
		}
	}
	for _, template := range known {
		if err := validate.ValidateWorkflowTemplate(ctx, known, noClusterTemplates{}, template, nil, validate.ValidateOpts{}); err != nil {
			fail("WorkflowTemplate "+template.Name, err)
		}
	}
	for _, workflow := range workflows {
		if err := validate.ValidateWorkflow(ctx, known, noClusterTemplates{}, workflow, nil, validate.ValidateOpts{Submit: true}); err != nil {
			fail("Workflow "+workflow.Name, err)
		}
	}
	fmt.Printf("valid: %d templates, %d workflows\n", len(known), len(workflows))
}

func fail(what string, err error) {
	fmt.Fprintf(os.Stderr, "%s: %v\n", what, err)
	os.Exit(1)
}

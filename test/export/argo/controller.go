//go:build tools

package main

// Keeps the controller's own dependencies in go.mod: build.sh builds it beside the validator.
import _ "github.com/argoproj/argo-workflows/v4/cmd/workflow-controller"

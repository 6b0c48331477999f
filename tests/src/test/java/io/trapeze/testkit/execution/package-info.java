// SPDX-License-Identifier: Apache-2.0
/** The primitives of both ABIs, executed on this processor with every register under watch. */
package io.trapeze.testkit.execution;

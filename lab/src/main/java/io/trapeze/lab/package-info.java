// SPDX-License-Identifier: Apache-2.0
/** The command line, and what a learner sees. */
package io.trapeze.lab;

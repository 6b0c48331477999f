// SPDX-License-Identifier: Apache-2.0
package io.trapeze.testkit.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Holds the arrows between the modules up to the test kit; {@code lab} and {@code bench} stand above it, where Maven keeps order. */
@AnalyzeClasses(packages = "io.trapeze", importOptions = ImportOption.DoNotIncludeTests.class)
class ModuleArrowsTest {
    private static final String EMITTER = "io.trapeze.emitter..";
    private static final String FORMATS = "io.trapeze.formats..";
    private static final String TRAMPOLINES = "io.trapeze.trampolines..";
    private static final String RUNTIME = "io.trapeze.runtime..";
    private static final String TESTKIT = "io.trapeze.testkit..";

    @ArchTest
    static final ArchRule emitterKnowsOnlyTheJdk = classes()
            .that()
            .resideInAPackage(EMITTER)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(EMITTER, "java..");

    @ArchTest
    static final ArchRule formatsKnowOnlyTheEmitter = classes()
            .that()
            .resideInAPackage(FORMATS)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(FORMATS, EMITTER, "java..");

    @ArchTest
    static final ArchRule trampolinesKnowNoHost = noClasses()
            .that()
            .resideInAPackage(TRAMPOLINES)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(RUNTIME, TESTKIT, "com.sun.jna..");

    @ArchTest
    static final ArchRule runtimeKnowsNoTestKit = noClasses()
            .that()
            .resideInAPackage(RUNTIME)
            .should()
            .dependOnClassesThat()
            .resideInAPackage(TESTKIT);

    @ArchTest
    static final ArchRule theTestKitKnowsNoTestFramework = noClasses()
            .that()
            .resideInAPackage(TESTKIT)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("net.jqwik..", "org.junit..");

    @ArchTest
    static final ArchRule theTableKnowsNothingElse = classes()
            .that()
            .resideInAPackage("io.trapeze.emitter.isa..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("io.trapeze.emitter.isa..", "java..");
}
